// What the backward drivers share: arrays, the cell, and a function retreat0, retreat1, … for each of its phases.
//
//   gates       [T, B, H·L]        in: activated gates; out: dZ = ∂L/∂Z, in place
//   transposed  [N, K] vec4f a source: R with each quartet n of its columns turned to a row, so that neighbours load
//                                  neighbours
//   d_output    [T, B, HP] an output: gradient from the layers above; of a projection [T, B, its width padded], where
//                                  ∂L/∂h takes its place for phase 1; with RECORDS of every cell, 0 past a row's end
//   states      histories          see lib/block.wgsl
//   d_states    [CARRIED, B, HP]   ∂L/∂state carried from t + 1 to t; holds ∂L/∂(initial state) in the end
//   d_extra     [T, B, HP]         ∂L/∂(state that the layer above has read), then that of the layer below, in place;
//               [T, B, H·OWN]      after it: gradients of the units' own values, a row each, to be summed
//   own, control                   as forward
//
// Each array holds all trials one after the other, each history and each state's gradient for itself.

#include "lib/activations.wgsl"
#include "lib/gates.wgsl"
#include "lib/block.wgsl"

const DIRECT = array<bool, STATES>(${DIRECT}); // states whose gradient reaches the time before by itself
const FINAL = ${FINAL}; // d_states holds ∂L/∂(final states) at first
const LAST = ${LAST}u; // time that back-propagation begins with
const OUTPUTS = array<u32, ${OUTPUTS}>(${OUTPUT_STATES}); // which states are the layer's output
const OUTPUT_PITCH = ${OUTPUT_PITCH}u;
const OUTPUT_STRIDE = ${OUTPUT_STRIDE}u;
const CARRY = ${CARRY}u; // from one state to the next in d_states
const LAYER_CARRY = ${LAYER_CARRY}u;
#if ${OWN}
const OWN_GRADIENTS = ${OWN_GRADIENTS}u; // where they begin in d_extra
#endif

@group(0) @binding(${AT_gates}) var<storage, read_write> gates: array<vec4f>;
#if ${TRANSPOSED}
@group(0) @binding(${AT_transposed}) var<storage, read> transposed: array<vec4f>;
#endif
@group(0) @binding(${AT_d_output}) var<storage, ${D_OUTPUT_ACCESS}> d_output: array<Units>;
@group(0) @binding(${AT_states}) var<storage, read> states: array<Units>;
@group(0) @binding(${AT_d_states}) var<storage, read_write> d_states: array<Units>;
#if ${EXTRA}
@group(0) @binding(${AT_d_extra}) var<storage, read_write> d_extra: array<Units>;
#endif

#include "lib/unit.wgsl"
#if ${OWN}
#include "lib/own_gradient.wgsl"
#endif
#include "cells/${CELL}.wgsl"
#if ${NORMED}
#include "lib/row_norm.wgsl"
#endif
#phases "lib/${RETREAT}.wgsl"
