// What the forward drivers share: arrays, the cell, and a function advance0, advance1, … for each of its phases.
//
//   gates      [T, B, H·L]          in: X·W + b; out: activated gates, in place
//   weights0   [K, H·P] a source    recurrent weights of phase 0; weights1 those of phase 1
//   states     histories            see lib/block.wgsl
//   own        [H, OWN]             trained values of each unit
//   control    records of trials, then lengths of rows: see lib/unit.wgsl
//
// Each array holds all trials one after the other, each history for itself.

#include "lib/activations.wgsl"
#include "lib/gates.wgsl"
#include "lib/block.wgsl"

@group(0) @binding(${AT_gates}) var<storage, read_write> gates: array<vec4f>;
@group(0) @binding(${AT_states}) var<storage, read_write> states: array<Units>;
#if ${WEIGHTS0}
@group(0) @binding(${AT_weights0}) var<storage, read> weights0: array<vec4f>;
#endif
#if ${WEIGHTS1}
@group(0) @binding(${AT_weights1}) var<storage, read> weights1: array<vec4f>;
#endif

#include "lib/unit.wgsl"
#include "cells/${CELL}.wgsl"
#if ${NORMED}
#include "lib/row_norm.wgsl"
#endif
#phases "lib/${ADVANCE}.wgsl"
