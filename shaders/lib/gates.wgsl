// A unit's gate vector, LANES values, and where it lies in a row of gates [UNITS × LANES], which is loaded and stored
// as COLUMNS whole vec4f.

alias Columns = array<vec4f, ${GATE_COLUMNS}>;

#if ${FOUR_LANES}
alias Gates = vec4f;

fn gates_of(columns: ptr<function, Columns>, q: u32) -> Gates { return (*columns)[q]; }

fn set_gates(columns: ptr<function, Columns>, q: u32, gates: Gates) { (*columns)[q] = gates; }
#else
#include "lib/gates_of_others.wgsl"
#endif
