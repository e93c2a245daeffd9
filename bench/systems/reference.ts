import type { System } from '../system.js';

export const system: System = {
  name: 'reference',
  backend: 'cpu',
  create() {
    throw new Error('The CPU reference is not built yet: connect bench/systems/reference.ts to src/index.ts.');
  },
};
