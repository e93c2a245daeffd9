// The process that measures one system with Dawn in Node: bench/hosts/node.ts starts it and calls its service.
import { create, globals } from 'webgpu';
import { countWebGpuCalls } from '../counters.js';
import { createService } from '../service.js';
import type { Message, Request } from './node.js';

const say = (message: Message): void => void process.send?.(message);

Object.assign(globalThis, globals);
// Dawn aborts when the object that `create` returned is collected while a device lives: navigator keeps it.
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'Node' }, configurable: true });

console.error = (...words: unknown[]) => say({ complaint: words.map(String).join(' ') });
process.on('uncaughtException', (error) => say({ complaint: error.message }));
process.on('unhandledRejection', (error) => say({ complaint: error instanceof Error ? error.message : String(error) }));

const service = createService(countWebGpuCalls());

process.on('message', async ({ id, method, args }: Request) => {
  try {
    say({ id, result: await (service[method] as (...values: readonly unknown[]) => Promise<unknown>)(...args) });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
say({ ready: true });
