// Where a source and its weights begin in lib/product.wgsl, the head of its loop, where layers advance together.

  // Source s is layer − s at time t − 1 + s: its own past, and the layer below, whose weights lie before its own.
  for (var s = 0u; s < min(layer + 1u, ${SOURCES}u); s++) {
    let first = trial * ${STRIDE_PARAMETERS}u + layer * ${LAYER_PARAMETERS}u - s * ${STRIDE_SOURCE}u;
    let source0 = history0 + SOURCES%p[s] * BLOCK + s * SLOT - s * LAYER_STATES;
