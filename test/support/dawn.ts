// Set-up file of the `dawn` project: WebGPU in Node, as a page has it. VK_DRIVER_FILES and the like come from
// scripts/setup.mjs through vite.config.ts, because the dynamic loader reads its environment when a process starts.
import { create, globals } from 'webgpu';

const gpu = create([]);
Object.assign(globalThis, globals);
// Dawn aborts when the object that `create` returned is collected while a device lives: navigator keeps it.
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node' }, configurable: true });
