// ∂L/∂source_s = dZ·R_sᵀ for a block's ROWS × UNITS units of each source, in registers, then in the array products,
// [source, row, unit]; zero unless `begun`. dZ is that of time `origin`. R is read where it lies, or, HELD, in
// workgroup memory. Phase %p; see lib/retreat.wgsl.

%unroll q ${UNITS}
  let unit%q = min(block * UNITS + %qu, ${OUT_UNITS}u - 1u);
%end
  var products = array<f32, ${PRODUCTS}>();
#if ${LAYERED}
#include "lib/source_of_layers_back.wgsl"
#else
  for (var s = 0u; s < ${SOURCES}u && begun; s++) {
#if ${HELD}
    let first = s * ${HELD_EACH}u;
#else
    let first = trial * ${STRIDE_TRANSPOSED}u + ${OFFSET_TRANSPOSED}u + s * ${STRIDE_TURNED}u;
#endif
    let rows0 = (trial * T + origin) * B * ${DELTA_PITCH}u;
#endif
#if ${SUBGROUPS}
%unroll g ${ROW_GROUPS}
    let from%g = rows0 + min(row + %{g*${GROUP}}u + min(thread, ${GROUP}u - 1u), B - 1u) * ${DELTA_PITCH}u;
%end
#else
%unroll r ${ROWS}
    let from%r = rows0 + min(row + %ru, B - 1u) * ${DELTA_PITCH}u;
%end
#endif
%unroll r ${ROWS}
%unroll q ${UNITS}
    var d%r_%q = 0.0;
%end
%end
    for (var n = zero; n < QUARTETS%p; n++) {
%unroll q ${UNITS}
      let w%q = vec4f(${MATRIX}[first + n * ${OUT_UNITS}u + unit%q]);
%end
#if ${SUBGROUPS}
%unroll g ${ROW_GROUPS}
      let of_lane%g = delta%p(from%g, n);
%unroll i ${GROUP}
      let dz%{g*${GROUP}+i} = subgroupBroadcast(of_lane%g, %iu);
%end
%end
#else
%unroll r ${ROWS}
      let dz%r = delta%p(from%r, n);
%end
#endif
%unroll r ${ROWS}
%unroll q ${UNITS}
      d%r_%q += dot(dz%r, w%q);
%end
%end
    }
%unroll r ${ROWS}
%unroll q ${UNITS}
    products[s * ROWS * UNITS + %{r*${UNITS}+q}u] = d%r_%q;
%end
%end
  }
