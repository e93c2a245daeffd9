/**
 * What a recurrent cell is, as data. Its arithmetic stands in `shaders/cells/<name>.wgsl` (GPU) and
 * `src/reference/<name>.ts` (float64); this record tells the rest of Latch how to store and name it.
 */
export interface Cell {
  /** Name of the cell and of its files. */
  readonly name: string;
  /** Gates in PyTorch's order of row blocks: block g of `weight_ih` is gate g. */
  readonly gates: readonly string[];
  /** Lanes of one unit's gate vector on the GPU: 4 is one `vec4f` load. At least `gates.length`. */
  readonly lanes: 1 | 2 | 4;
  /** States carried through time; `hidden` first, it is also the output. */
  readonly states: readonly ('hidden' | 'cell')[];
}
