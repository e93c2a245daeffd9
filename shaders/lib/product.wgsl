// Σ_s source_s·R_s for a block's ROWS × COLUMNS vec4f, in registers, then in the array z. Phase %p; see
// lib/advance.wgsl. R is read where it lies, or, HELD, in workgroup memory. With SUBGROUPS each thread loads a part of
// the source for all of its subgroup.

%unroll c ${COLUMNS}
  let column%c = min(block * COLUMNS%p + %cu, PITCH%p - 1u);
%end
%unroll r ${ROWS}
%unroll c ${COLUMNS}
  var z%r_%c = vec4f();
%end
%end
#if ${LAYERED}
#include "lib/source_of_layers.wgsl"
#else
  for (var s = 0u; s < ${SOURCES}u; s++) {
#if ${HELD}
    let first = s * ${HELD_EACH}u;
#else
    let first = trial * ${STRIDE_PARAMETERS}u + s * ${STRIDE_SOURCE}u;
#endif
    let source0 = history0 + SOURCES%p[s] * BLOCK + ${SOURCE_SLOT} * SLOT;
#endif
#if ${SUBGROUPS}
%unroll q ${ROW_GROUPS}
    let from%q = source0 + min(row + %{q*${GROUP}}u + min(thread, ${GROUP}u - 1u), B - 1u) * HP;
%end
#else
%unroll r ${ROWS}
    let from%r = source0 + min(row + %ru, B - 1u) * HP;
%end
#endif
#if ${FOURS}
    for (var k4 = zero; k4 < (K%p + 3u) / 4u; k4++) {
%unroll r ${ROWS}
      let h%r = states[from%r + k4];
%end
%unroll c ${COLUMNS}
      let w%c = mat4x4f( // past K, the source's padding is zero
%unroll j 4
        vec4f(${MATRIX}[first + min(4u * k4 + %ju, K%p - 1u) * PITCH%p + column%c]),
%end
      );
%unroll r ${ROWS}
      z%r_%c += w%c * h%r;
%end
%end
    }
#else
    for (var k = zero; k < K%p; k++) {
#if ${SUBGROUPS}
%unroll q ${ROW_GROUPS}
      let of_lane%q = pick(states[from%q + k / UNITS], k % UNITS);
%unroll i ${GROUP}
      let h%{q*${GROUP}+i} = subgroupBroadcast(of_lane%q, %iu);
%end
%end
#else
%unroll r ${ROWS}
      let h%r = states[from%r + k];
%end
#endif
%unroll c ${COLUMNS}
      let w%c = vec4f(${MATRIX}[first + k * PITCH%p + column%c]);
%unroll r ${ROWS}
      z%r_%c += h%r * w%c;
%end
%end
    }
#endif
  }

  // The cell is written once and looped over, since it is long: its compilation would cost more than the loop.
  var z: array<vec4f, ${TILE}>;
%unroll r ${ROWS}
%unroll c ${COLUMNS}
  z[%{r*${COLUMNS}+c}] = z%r_%c;
%end
%end
