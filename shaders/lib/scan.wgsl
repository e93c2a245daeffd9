// A cell h_t = a·h_{t−1} + b over a whole sequence, cut in CHUNKS of LENGTH time steps that threads of a workgroup take
// side by side (Blelloch 1990, "Prefix sums and their applications", section 1.4): a chunk is a line h ↦ a·h + b too,
// so first each thread finds its chunk's line, then where it starts from, and then goes through it. With one chunk the
// thread goes through at once, and there is no barrier.

const WIDTH = ${WORKGROUP_X}u;
const CHUNKS = ${CHUNKS}u;
const UNIT_BLOCKS = (H + UNITS - 1u) / UNITS;
const LENGTH = (T + CHUNKS - 1u) / CHUNKS;

struct Line { a: Units, b: Units }

#if ${MANY_CHUNKS}
var<workgroup> lines: array<Line, WIDTH * CHUNKS>;
#endif

// The line of chunk `chunk`'s predecessors applied to `start`. All threads of the workgroup must come here.
fn chain(x: u32, chunk: u32, own: Line, start: Units) -> Units {
  var value = start;
#if ${MANY_CHUNKS}
  lines[chunk * WIDTH + x] = own;
  workgroupBarrier();
  for (var c = 0u; c < chunk; c++) {
    let line = lines[c * WIDTH + x];
    value = line.a * value + line.b;
  }
#endif
  return value;
}

// a and b of a block's units at time t, with what stays as it was; `fresh` gates are activated first.
fn line_at(trial: u32, t: u32, row: u32, block: u32, fresh: bool) -> Line {
  let first = ((trial * T + t) * B + row) * GATE_PITCH + block * GATE_COLUMNS;
  let wide = min(GATE_COLUMNS, GATE_PITCH - block * GATE_COLUMNS);
  var columns = Columns();
  for (var c = 0u; c < wide; c++) { columns[c] = gates[first + c]; }
  var line = Line();
  for (var q = 0u; q < min(UNITS, H - UNITS * block); q++) {
    var g = gates_of(&columns, q);
    if (fresh) {
      g = activate(g);
      set_gates(&columns, q, g);
    }
    var c = coefficients(g);
#if ${SETTLES}
    let stay = staying(trial, t, row, UNITS * block + q)[0];
    c = vec2f(stay + (1.0 - stay) * c.x, (1.0 - stay) * c.y);
#endif
    var a = line.a;
    var b = line.b;
    put(&a, q, c.x);
    put(&b, q, c.y);
    line = Line(a, b);
  }
  if (fresh) {
    for (var c = 0u; c < wide; c++) { gates[first + c] = columns[c]; }
  }
  return line;
}
