// The process that computes experiments with Dawn in Node: dawn.ts starts it and calls it.
import { create, globals } from 'webgpu';
import { labService } from '../../pages/lab-service.js';
import { loadDigits } from '../digits.js';
import type { Message, Request } from './dawn.js';

const say = (message: Message): void => void process.send?.(message);

Object.assign(globalThis, globals);
// Dawn aborts when the object that `create` returned is collected while a device lives: navigator keeps it.
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'Node' }, configurable: true });

const service = labService({
  examples: loadDigits,
  listener: {
    progress: (...args) => say({ event: 'progress', args }),
    trial: (...args) => say({ event: 'trial', args }),
  },
});

process.on('message', async ({ id, method, args }: Request) => {
  const answer = await (service[method] as (...values: readonly unknown[]) => Promise<never>)(...args);
  if (answer !== undefined) say({ id, answer });
});
// Ctrl-C reaches every process of the terminal: the parent says when to stop.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
say({ ready: true });
