// One time step of back-propagation through a recurrent layer for one block: UNITS neighbouring units × ROWS batch
// rows. Shared by recurrence/step_backward.wgsl and recurrence/sequence_backward.wgsl.
//
//   ∂L/∂h_t = dY_t + dZ_{t+1}·Rᵀ          then the cell's backward          t = T−1 … 0
//
//   gates         [T, B, H] Gates   in: activated gates; out: dZ = ∂L/∂Z, in place
//   transposed    [H, H] Gates      R with its units swapped: transposed[j, u] = R[u, j],
//                                   so that neighbours load neighbours
//   d_output      [T, B, HP]        dY: gradient from the layers above
//   cell          [T+1, B, HP]      slot t is c_{t−1}
//   d_cell        [B, HP]           ∂L/∂c carried from t+1 to t; holds ∂L/∂c_{−1} in the end

#include "lib/block.wgsl"

@group(0) @binding(0) var<storage, read_write> gates: array<Gates>;
@group(0) @binding(1) var<storage, read> transposed: array<Gates>;
@group(0) @binding(2) var<storage, read> d_output: array<Units>;
@group(0) @binding(3) var<storage, read> cell: array<Units>;
@group(0) @binding(4) var<storage, read_write> d_cell: array<Units>;

fn retreat(trial: u32, t: u32, row: u32, block: u32) {
  let transposed0 = trial * ${STRIDE_TRANSPOSED}u;
  let gates0 = trial * ${STRIDE_GATES}u + t * B * H;
  let output0 = trial * ${STRIDE_OUTPUT}u + t * B * HP;
  let cell0 = trial * ${STRIDE_HISTORY}u + t * B * HP;
%unroll q ${UNITS}
  let unit%q = min(block * ${UNITS}u + %qu, H - 1u);
%end
%unroll r ${ROWS}
  let row%r = min(row + %ru, B - 1u);
  let next%r = gates0 + (B + row%r) * H; // dZ_{t+1}
%unroll q ${UNITS}
  var d%r_%q = 0.0;
%end
%end

  if (t + 1u < T) {
    for (var j = 0u; j < H; j++) {
%unroll q ${UNITS}
      let w%q = transposed[transposed0 + j * H + unit%q];
%end
%unroll r ${ROWS}
      let dz%r = gates[next%r + j];
%unroll q ${UNITS}
      d%r_%q += dot(dz%r, w%q);
%end
%end
    }
  }

  // The cell is written once and looped over, since it is long: its compilation would cost more than the loop.
  var d: array<f32, ${TILE}>;
%unroll r ${ROWS}
%unroll q ${UNITS}
  d[%{r*${UNITS}+q}] = d%r_%q;
%end
%end
  let last = t + 1u == T;
  for (var r = 0u; r < min(ROWS, B - row); r++) {
    let at_row = (row + r) * HP;
#if ${QUAD}
    let dy = d_output[output0 + at_row + block];
    let c = cell[cell0 + B * HP + at_row + block];
    let c_previous = cell[cell0 + at_row + block];
    let carry = trial * B * HP + at_row + block;
    let dc = select(d_cell[carry], vec4f(), last);
    var dc_out = vec4f();
    for (var q = 0u; q < min(4u, H - 4u * block); q++) {
      let at = gates0 + (row + r) * H + 4u * block + q;
      let back = cell_backward(gates[at], c[q], c_previous[q], dy[q] + d[4u * r + q], dc[q]);
      gates[at] = back.gates;
      dc_out[q] = back.cell;
    }
    d_cell[carry] = dc_out;
#else
    let at = gates0 + (row + r) * H + block;
    let unit = 4u * at_row + block;
    let carry = 4u * trial * B * HP + unit;
    let c = cell[4u * (cell0 + B * HP) + unit];
    let dy = d_output[4u * output0 + unit];
    let back = cell_backward(gates[at], c, cell[4u * cell0 + unit], dy + d[r], select(d_cell[carry], 0.0, last));
    gates[at] = back.gates;
    d_cell[carry] = back.cell;
#endif
  }
}
