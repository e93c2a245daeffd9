// The sums of matmul.wgsl in lanes where B is not transposed: of each GROUP rows, thread `lane` loads A of one, and all
// take it from there. A is read as floats, so that its transposition is a matter of two steps.

  const GROUP = ${GROUP}u; // rows whose A one load of all lanes brings
%unroll q ${ROW_GROUPS}
  let from%q = 4u * start_a + min(row + %{q*${GROUP}}u + min(lane, GROUP - 1u), M - 1u) * ${A_ROW_STEP}u;
%end
  for (var k = begin; k < end; k++) {
%unroll q ${ROW_GROUPS}
    let a%q = a[from%q + k * ${A_K_STEP}u];
%end
%unroll c ${TILE_COLUMNS}
    let b%c = b[start_b + k * PITCH_B + column%c];
%end
%unroll q ${ROW_GROUPS}
%unroll i ${GROUP}
    let a%q_%i = subgroupBroadcast(a%q, %iu);
%unroll c ${TILE_COLUMNS}
    sum%{q*${GROUP}+i}_%c += a%q_%i * b%c;
%end
%end
%end
  }
