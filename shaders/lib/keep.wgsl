// Which entries of a parameter exist, 1 or 0, for vec4f column `column` of row `row` of its gradient: lanes of gates
// that no row block of the parameter names do not, nor what a clockwork module would hear from a faster one.
// Typed side: src/kernels/keep.ts

fn keep(row: u32, column: u32) -> vec4f {
#if ${MODULES}
  let units = vec4u(4u * column) + vec4u(0, 1, 2, 3);
  let slower = vec4u(row * ${MODULES}u / ${KEEP_UNITS}u) >= units * ${MODULES}u / ${KEEP_UNITS}u;
  return select(vec4f(), vec4f(1.0), slower);
#else
  return select(vec4f(${KEEP_EVEN}), vec4f(${KEEP_ODD}), (column & 1u) == 1u);
#endif
}
