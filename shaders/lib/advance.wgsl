// One time step of a recurrent layer for one block: UNITS neighbouring units × ROWS batch rows, the product with the
// last hidden state and the cell fused. Shared by recurrence/step.wgsl and recurrence/sequence.wgsl, whose results are
// therefore equal bit for bit.
//
//   Z_t = Z_t + h_{t−1}·R          then the cell's forward          t = 0 … T−1
//
//   gates      [T, B, H] Gates    in: X·W + b, the input part of Z; out: activated gates, in place
//   recurrent  [H, H] Gates       R[k, u]: from hidden unit k to the gates of unit u
//   hidden     [T+1, B, HP]       slot t is h_{t−1}; writes slot t+1. HP = H padded to 4, padding zero
//   cell       [T+1, B, HP]       likewise, for cells that have it

#include "lib/block.wgsl"

@group(0) @binding(0) var<storage, read_write> gates: array<Gates>;
@group(0) @binding(1) var<storage, read> recurrent: array<Gates>;
@group(0) @binding(2) var<storage, read_write> hidden: array<Units>;
@group(0) @binding(3) var<storage, read_write> cell: array<Units>;

fn advance(trial: u32, t: u32, row: u32, block: u32) {
  let recurrent0 = trial * ${STRIDE_RECURRENT}u;
  let gates0 = trial * ${STRIDE_GATES}u + t * B * H;
  let history0 = trial * ${STRIDE_HISTORY}u + t * B * HP;
%unroll q ${UNITS}
  let unit%q = min(block * ${UNITS}u + %qu, H - 1u);
%end
%unroll r ${ROWS}
  let row%r = min(row + %ru, B - 1u);
  let from%r = history0 + row%r * HP;
%unroll q ${UNITS}
  var z%r_%q = gates[gates0 + row%r * H + unit%q];
%end
%end

#if ${QUAD}
  for (var k4 = 0u; k4 < HP; k4++) {
%unroll r ${ROWS}
    let h%r = hidden[from%r + k4];
%end
%unroll q ${UNITS}
    let w%q = mat4x4f( // past H, the hidden state's padding is zero
%unroll j 4
      recurrent[recurrent0 + min(4u * k4 + %ju, H - 1u) * H + unit%q],
%end
    );
%unroll r ${ROWS}
    z%r_%q += w%q * h%r;
%end
%end
  }
#else
  for (var k = 0u; k < H; k++) {
    let w = recurrent[recurrent0 + k * H + unit0];
%unroll r ${ROWS}
    z%r_0 += hidden[4u * from%r + k] * w;
%end
  }
#endif

  // The cell is written once and looped over, since it is long: its compilation would cost more than the loop.
  var z: array<Gates, ${TILE}>;
%unroll r ${ROWS}
%unroll q ${UNITS}
  z[%{r*${UNITS}+q}] = z%r_%q;
%end
%end
  for (var r = 0u; r < min(ROWS, B - row); r++) {
    let start = history0 + (row + r) * HP;
#if ${QUAD}
    let previous = cell[start + block];
    var h_out = vec4f();
    var c_out = vec4f();
    for (var q = 0u; q < min(4u, H - 4u * block); q++) {
      let next = cell_forward(z[4u * r + q], previous[q]);
      gates[gates0 + (row + r) * H + 4u * block + q] = next.gates;
      h_out[q] = next.hidden;
      c_out[q] = next.cell;
    }
    hidden[start + B * HP + block] = h_out;
    cell[start + B * HP + block] = c_out;
#else
    let at = 4u * start + block;
    let next = cell_forward(z[r], cell[at]);
    gates[gates0 + (row + r) * H + block] = next.gates;
    hidden[at + 4u * B * HP] = next.hidden;
    cell[at + 4u * B * HP] = next.cell;
#endif
  }
}
