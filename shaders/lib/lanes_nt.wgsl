// The sums of matmul.wgsl in lanes where B alone is transposed: k runs in fours, and a vec4f of C is four dot products.

  const GROUP = ${GROUP}u; // rows whose A one load of all lanes brings
%unroll q ${ROW_GROUPS}
  let from%q = start_a + min(row + %{q*${GROUP}}u + min(lane, GROUP - 1u), M - 1u) * PITCH_A;
%end
  for (var k4 = begin / 4u; k4 < (end + 3u) / 4u; k4++) {
%unroll q ${ROW_GROUPS}
    let a%q = a[from%q + k4];
%end
%unroll c ${TILE_COLUMNS}
    let b%c = mat4x4f(
%unroll n 4
      b[start_b + min(4u * column%c + %nu, N - 1u) * PITCH_B + k4],
%end
    );
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
