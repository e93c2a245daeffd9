// Some of a unit's lanes, four at a time: the rest of lib/delta.wgsl's function.

#if ${FOUR_OF_EIGHT}
  return gates[row + 2u * n];
#elif ${TWO_OF_FOUR}
  return vec4f(gates[row + 2u * n].xy, gates[row + min(2u * n + 1u, H - 1u)].xy);
#else
  return vec4f( // past H, the weights' padding is zero
%unroll j 4
    gates[row + min(4u * n + %ju, H - 1u)][${FIRST_LANE}],
%end
  );
#endif
