// 0, since workgroups are numbered below 65536; but a compiler does not know it, and does not unroll a loop that begins
// there. Mesa unrolls loops of up to 32 rounds, and those over arrays, and then takes seconds for one kernel.
fn zero_of(workgroup: u32) -> u32 { return workgroup >> 16u; }
