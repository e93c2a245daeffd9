import type { System } from '../system.js';

export const system: System = {
  name: 'latch',
  backend: 'webgpu',
  create() {
    throw new Error('Latch is not built yet: connect bench/systems/latch.ts to src/index.ts.');
  },
};
