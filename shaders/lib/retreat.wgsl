// One time step of back-propagation through a recurrent layer for one block: UNITS neighbouring units × ROWS batch
// rows. Shared by recurrence/step_backward.wgsl and recurrence/sequence_backward.wgsl.
//
//   ∂L/∂h_t = dY_t + dZ_{t+1}·Rᵀ          then the cell's backward          t = T−1 … 0
//
//   gates         [T, B, H] Gates   in: activated gates; out: dZ = ∂L/∂Z, in place
//   transposed    [H, H] Gates      R with its units swapped: transposed[j, u] = R[u, j], so that neighbours load neighbours
//   d_output      [T, B, HP]        dY: gradient from the layers above
//   cell          [T+1, B, HP]      slot t is c_{t−1}
//   d_cell        [B, HP]           ∂L/∂c carried from t+1 to t; holds ∂L/∂c_{−1} in the end

const T = ${T}u;
const B = ${B}u;
const H = ${H}u;
const HP = (H + 3u) / 4u; // padded units, in vec4f
const ROWS = ${ROWS}u;
const BLOCKS = ${BLOCKS}u; // blocks of units
const ROW_BLOCKS = (B + ROWS - 1u) / ROWS;

@group(0) @binding(0) var<storage, read_write> gates: array<Gates>;
@group(0) @binding(1) var<storage, read> transposed: array<Gates>;
#if ${QUAD}
@group(0) @binding(2) var<storage, read> d_output: array<vec4f>;
@group(0) @binding(3) var<storage, read> cell: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_cell: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read> d_output: array<f32>;
@group(0) @binding(3) var<storage, read> cell: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_cell: array<f32>;
#endif

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

%unroll r ${ROWS}
  if (row + %ru < B) {
    let carry%r = trial * B * HP + row%r * HP;
    let last%r = t + 1u == T;
#if ${QUAD}
    let dy%r = d_output[output0 + row%r * HP + block];
    let c%r = cell[cell0 + (B + row%r) * HP + block];
    let c_previous%r = cell[cell0 + row%r * HP + block];
    let dc%r = select(d_cell[carry%r + block], vec4f(), last%r);
    var dc_out%r = vec4f();
%unroll q 4
    if (4u * block + %qu < H) {
      let at = gates0 + row%r * H + unit%q;
      let back = cell_backward(gates[at], c%r[%q], c_previous%r[%q], dy%r[%q] + d%r_%q, dc%r[%q]);
      gates[at] = back.gates;
      dc_out%r[%q] = back.cell;
    }
%end
    d_cell[carry%r + block] = dc_out%r;
#else
    let at%r = gates0 + row%r * H + block;
    let unit_at%r = 4u * row%r * HP + block;
    let dy%r = d_output[4u * output0 + unit_at%r];
    let c%r = cell[4u * (cell0 + B * HP) + unit_at%r];
    let c_previous%r = cell[4u * cell0 + unit_at%r];
    let dc_at%r = 4u * trial * B * HP + unit_at%r;
    let back%r = cell_backward(gates[at%r], c%r, c_previous%r, dy%r + d%r_0, select(d_cell[dc_at%r], 0.0, last%r));
    gates[at%r] = back%r.gates;
    d_cell[dc_at%r] = back%r.cell;
#endif
  }
%end
}
