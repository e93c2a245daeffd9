// Part of lib/retreat.wgsl and lib/retreat_normed.wgsl, in the loop over a block's units q: the whole ∂L/∂h_t takes the
// place of what arrived from above; 0 past the end of a row, where gradients of final states go by. The store at the
// last unit has all of the block's.

#if ${RAGGED}
      let lives = t < control[${TRIALS}u * CONTROL_WORDS + trial * B + row + r];
#else
      let lives = true;
#endif
%unroll o ${OUTPUTS}
      put(&output%o, q, select(0.0, d[OUTPUTS[%o]], lives));
      d_output[%ou * OUTPUT_STRIDE + output_at] = output%o;
%end
