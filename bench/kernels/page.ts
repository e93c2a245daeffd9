// The page of `npm run bench -- --kernels`. Its console is the runner's progress.
import { measureKernels } from './session.js';

const start = (...[sizes]: Parameters<typeof measureKernels>) => measureKernels(sizes, (text) => console.info(text));

declare global {
  interface Window { measureKernels: typeof start }
}

window.measureKernels = start;
