// Part of lib/advance.wgsl: what becomes of a unit's new states where some stay as they were, or drop (lib/masks.wgsl).

#if ${SETTLES}
      state = settle(place, t, row + r, unit.index, state, previous);
#endif
#if ${MASKS_STATES}
      state[${MASKED_STATES}] *= dropout_mask(place, row + r, unit.index);
#endif
#if ${DROPS}
      put(&dropped, q, state[0] * dropout_mask(place, row + r, unit.index));
#endif
