// Part of lib/retreat.wgsl: sources that were multiplied through a mask (lib/masks.wgsl) get their gradients so too.

        let mask = select(1.0, dropout_mask(place, row + r, unit.index), MASKED%p[s]);
        products[(s * ROWS + r) * UNITS + q] *= mask;
