// Where a source's dZ and weights begin in lib/product_backward.wgsl, the head of its loop, where layers advance
// together.

  // Source s is layer + s at time t + 1 − s: its own future, and the layer above, each where there is one.
  for (var s = select(0u, 1u, last); s < min(LAYERS - layer, ${SOURCES}u); s++) {
    let first = trial * ${STRIDE_TRANSPOSED}u + layer * ${LAYER_TURNED}u + s * ${STRIDE_TURNED}u;
    let rows0 = (layer + s) * LAYER_GATES + (trial * T + t + 1u - s) * B * ${DELTA_PITCH}u;
