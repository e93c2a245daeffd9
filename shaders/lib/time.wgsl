// The time index of a dispatch: an immediate where the browser has them, else a uniform with a dynamic offset.

#if ${IMMEDIATES}
var<immediate> time: u32;
#else
@group(0) @binding(${TIME_BINDING}) var<uniform> time: u32;
#endif
