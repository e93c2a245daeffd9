// Ω of a trial and how many terms it has: omega = (Σ x² / n, n) over terms (x, d) with d > 0; 0 where there are none.
//
//   terms [SIZE] of (x, d)      omega [2]
//
// Bindings: 0 terms, 1 omega.
// Work: one workgroup a trial; lane i of LANES adds terms i, i + LANES, …, then lane 0 the lanes in order: fixed order,
//   no atomics. Workgroup memory 8 B a lane, none with one (software adapters pay dearly for a barrier).
// CPU twin: src/reference/omega.ts

@group(0) @binding(0) var<storage, read> terms: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> omega: array<vec2f>;

const LANES = ${LANES}u;

#if ${SHARED}
var<workgroup> lanes: array<vec2f, LANES>;
#endif

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec2f();
  for (var i = lane; i < ${SIZE}u; i += LANES) {
    let term = terms[group.z * ${SIZE}u + i];
    sum += vec2f(term.x * term.x, select(0.0, 1.0, term.y > 0.0));
  }
#if ${SHARED}
  lanes[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 1u; i < LANES; i++) { sum += lanes[i]; }
#endif
  omega[group.z] = vec2f(sum.x / max(1.0, sum.y), sum.y);
}
