// Gate vectors of one, two or eight lanes: see lib/gates.wgsl.

#if ${ONE_LANE}
alias Gates = f32;
#elif ${TWO_LANES}
alias Gates = vec2f;
#else
alias Gates = mat2x4f; // eight lanes
#endif

fn gates_of(columns: ptr<function, Columns>, q: u32) -> Gates {
#if ${ONE_LANE}
  return (*columns)[0][q];
#elif ${TWO_LANES}
  let pair = (*columns)[q / 2u];
  return select(pair.xy, pair.zw, (q & 1u) == 1u);
#else
  return mat2x4f((*columns)[2u * q], (*columns)[2u * q + 1u]);
#endif
}

fn set_gates(columns: ptr<function, Columns>, q: u32, gates: Gates) {
#if ${ONE_LANE}
  (*columns)[0][q] = gates;
#elif ${TWO_LANES}
  let pair = (*columns)[q / 2u];
  (*columns)[q / 2u] = select(vec4f(gates, pair.zw), vec4f(pair.xy, gates), (q & 1u) == 1u);
#else
  (*columns)[2u * q] = gates[0];
  (*columns)[2u * q + 1u] = gates[1];
#endif
}
