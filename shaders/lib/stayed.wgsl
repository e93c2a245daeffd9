// Part of lib/retreat.wgsl: what of a unit's gradients goes past the cell, because its states stayed (lib/masks.wgsl).

      let stays = staying(place, t, row + r, unit.index);
      var stayed = State();
%unroll s ${CARRIED}
      if (ENTERS%p[%s]) {
        stayed[%s] = stays[%s] * d[%s];
        d[%s] *= 1.0 - stays[%s];
      }
%end
