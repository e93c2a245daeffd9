// The process of `npm run bench -- --kernels --runtime node`: Dawn in Node, started with the environment that it needs.
//   node scripts/run.mjs bench/kernels/child.ts '[["S", { … }]]' FILE.json
import { writeFile } from 'node:fs/promises';
import { create, globals } from 'webgpu';
import type { Size } from '../problem.js';
import { measureKernels } from './session.js';

const [sizes, file] = process.argv.slice(2);
Object.assign(globalThis, globals);
// Without the toggle timestamps are multiples of 65 µs. Dawn aborts when `gpu` is collected while a device lives.
const gpu = create(['disable-dawn-features=timestamp_quantization']);
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node' }, configurable: true });

try {
  const measured = await measureKernels(JSON.parse(sizes!) as [string, Size][], (text) => console.error(text));
  await writeFile(file!, JSON.stringify(measured));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Dawn's threads would keep the process alive.
process.exit();
