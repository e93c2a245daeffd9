// How a recurrent layer is cut: a thread owns a block of ROWS batch rows × UNITS neighbouring units (4 with QUAD, or
// 1), and what it knows of each unit.
//
// A layer's histories: STATES blocks, one every BLOCK, of [trials, T+1, B, HP]. Time t goes from slot t to slot t + 1,
// or, in the reverse direction, from slot t + 1 to slot t: the first slot to be read holds the initial state.

const T = ${T}u;
const B = ${B}u;
const H = ${H}u;
const HP = ${HP}u; // padded units, in Units
const ROWS = ${ROWS}u;
const UNITS = ${UNITS}u;
const ROW_BLOCKS = (B + ROWS - 1u) / ROWS;
const STATES = ${STATES}u;
const CARRIED = ${CARRIED}u; // states that go from one time to the next: the first ones
const BLOCK = ${STRIDE_BLOCK}u;
const SLOT = B * HP;
const PREVIOUS = ${PREVIOUS}u; // slot of the state before time t, from t on
const NEXT = ${NEXT}u;
const OWN_STATES = ${OWN_STATES}u; // where the layer's own blocks begin
#if ${BELOW}
const BELOW_STATE = ${BELOW_STATE}u; // and the one of the layer below that it reads
#endif
const LAYERS = ${LAYERS}u; // that a dispatch advances, at equal distances in every array:
const LAYER_STATES = ${LAYER_STATES}u;
const LAYER_GATES = ${LAYER_GATES}u;
const GATE_PITCH = ${GATE_PITCH}u; // vec4f of a row of gates
const GATE_COLUMNS = ${GATE_COLUMNS}u; // and of a block's
#if ${NORMED}
const PRODUCTS = ${PRODUCTS_AT}u; // where products that wait for their norm begin among the gates
const D_PRODUCTS = 2u * PRODUCTS; // and their gradients
#endif

// A block's units of one row, as they lie in memory.
#if ${QUAD}
alias Units = vec4f;
fn pick(units: Units, q: u32) -> f32 { return units[q]; }
fn put(units: ptr<function, Units>, q: u32, x: f32) { (*units)[q] = x; }
#else
alias Units = f32;
fn pick(units: Units, q: u32) -> f32 { return units; }
fn put(units: ptr<function, Units>, q: u32, x: f32) { *units = x; }
#endif

alias State = array<f32, STATES>;

#if ${OWN}
alias Own = ${OWN_TYPE};
#endif

// What a cell may know of its unit beside gates and states.
struct Unit {
  index: u32,
#if ${OWN}
  own: Own,         // trained values of the unit
#endif
#if ${BELOW}
  below: f32,       // the state of the layer below at the same time
#endif
#if ${CLOCK}
  time: u32,        // since the start of the sequence, windows before included
#endif
}

struct Forward { gates: Gates, state: State }

// Gradients: of z, the direct part of the previous states', and what else the cell has read.
struct Backward {
  gates: Gates,
  state: State,
#if ${OWN}
  own: Own,
#endif
#if ${BELOW}
  below: f32,
#endif
}

#if ${SUBGROUPS}
// Of the thread in its subgroup, whose threads have the same rows and neighbouring blocks of units.
var<private> thread: u32;
#endif

// A thread's place in z: each trial's layers, one after the other.
fn trial_of(place: u32) -> u32 { return place / LAYERS; }
fn layer_of(place: u32) -> u32 { return place % LAYERS; }

#include "lib/zero.wgsl"
#if ${HALF}
#include "lib/half.wgsl"
#endif
