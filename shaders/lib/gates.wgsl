// A unit's gate vector, LANES values, and where it lies in a row of gates [UNITS × LANES], which is loaded and stored
// as COLUMNS whole vec4f.

#if ${ONE_LANE}
alias Gates = f32;
#elif ${TWO_LANES}
alias Gates = vec2f;
#elif ${FOUR_LANES}
alias Gates = vec4f;
#else
alias Gates = mat2x4f; // eight lanes
#endif

alias Columns = array<vec4f, ${GATE_COLUMNS}>;

fn gates_of(columns: ptr<function, Columns>, q: u32) -> Gates {
#if ${ONE_LANE}
  return (*columns)[0][q];
#elif ${TWO_LANES}
  let pair = (*columns)[q / 2u];
  return select(pair.xy, pair.zw, (q & 1u) == 1u);
#elif ${FOUR_LANES}
  return (*columns)[q];
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
#elif ${FOUR_LANES}
  (*columns)[q] = gates;
#else
  (*columns)[2u * q] = gates[0];
  (*columns)[2u * q + 1u] = gates[1];
#endif
}

#if ${MANY_LANES}
// Lanes by number, for cells that have as many as their size says.
fn lane(gates: Gates, i: u32) -> f32 {
#if ${FOUR_LANES}
  return gates[i];
#else
  return gates[i / 4u][i % 4u];
#endif
}

fn set_lane(gates: ptr<function, Gates>, i: u32, x: f32) {
#if ${FOUR_LANES}
  (*gates)[i] = x;
#else
  (*gates)[i / 4u][i % 4u] = x;
#endif
}
#endif
