// The time index of a dispatch: an immediate where the browser has them, else a uniform with a dynamic offset. It is a
// time step, the first of a stretch of them (`sequence`), or the number of a part of a sum (`matmul`).

#if ${IMMEDIATES}
var<immediate> time: u32;
#else
@group(0) @binding(${TIME_BINDING}) var<uniform> time: u32;
#endif
