// None, one or two bias vectors that a product or a gather adds to each row: bindings 3 and 4, after its own three.
// Typed side: biasBindings in src/kernels/kernel.ts

#if ${BIASES}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
#endif
#if ${TWO_BIASES}
@group(0) @binding(4) var<storage, read> bias2: array<vec4f>;
#endif
