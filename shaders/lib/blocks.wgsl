// The sums of matmul.wgsl in blocks: a thread by itself, k in fours. Each transposition has its loads.

#if ${TRANSPOSE_A}
%unroll q ${TILE_QUADS}
  let quad%q = start_a + min(row / 4u + %qu, PITCH_A - 1u);
%end
#else
%unroll r ${TILE_ROWS}
  let row%r = start_a + min(row + %ru, M - 1u) * PITCH_A;
%end
#endif

#if ${TN}
  for (var k = begin; k < end; k++) {
%unroll q ${TILE_QUADS}
    let a%q = a[quad%q + k * PITCH_A];
%end
%unroll c ${TILE_COLUMNS}
    let b%c = b[start_b + k * PITCH_B + column%c];
%unroll q ${TILE_QUADS}
%unroll i 4
    sum%{4*q+i}_%c += a%q[%i] * b%c;
%end
%end
%end
  }
#elif ${TT}
  for (var k4 = begin / 4u; k4 < (end + 3u) / 4u; k4++) {
%unroll c ${TILE_COLUMNS}
%unroll n 4
    let b%c_%n = b[start_b + min(4u * column%c + %nu, N - 1u) * PITCH_B + k4];
%end
%end
%unroll j 4
%unroll q ${TILE_QUADS}
    let a%q_%j = a[quad%q + min(4u * k4 + %ju, K - 1u) * PITCH_A];
%unroll c ${TILE_COLUMNS}
%unroll i 4
    sum%{4*q+i}_%c += a%q_%j[%i] * vec4f(b%c_0[%j], b%c_1[%j], b%c_2[%j], b%c_3[%j]);
%end
%end
%end
%end
  }
#else
  for (var k4 = begin / 4u; k4 < (end + 3u) / 4u; k4++) {
%unroll r ${TILE_ROWS}
    let a%r = a[row%r + k4];
%end
%unroll c ${TILE_COLUMNS}
#if ${TRANSPOSE_B}
    let b%c = mat4x4f(
%unroll n 4
      b[start_b + min(4u * column%c + %nu, N - 1u) * PITCH_B + k4],
%end
    );
%unroll r ${TILE_ROWS}
    sum%r_%c += a%r * b%c;
%end
#else
    let b%c = mat4x4f( // past K, A's padding is zero
%unroll j 4
      b[start_b + min(4u * k4 + %ju, K - 1u) * PITCH_B + column%c],
%end
    );
%unroll r ${TILE_ROWS}
    sum%r_%c += b%c * a%r;
%end
#endif
%end
  }
#endif
