// How a recurrent layer is cut: a thread owns a block of ROWS batch rows × UNITS neighbouring units (4 with QUAD,
// or 1).

const T = ${T}u;
const B = ${B}u;
const H = ${H}u;
const HP = (H + 3u) / 4u; // padded units, in vec4f
const ROWS = ${ROWS}u;
const BLOCKS = ${BLOCKS}u; // blocks of units
const ROW_BLOCKS = (B + ROWS - 1u) / ROWS;

// A block's units of one row, in a state's history.
#if ${QUAD}
alias Units = vec4f;
#else
alias Units = f32;
#endif
