// The process that trains rivals: rivals-process.ts starts it, and stays free to hear Ctrl-C.
import { taskNamed } from '../../../src/tasks/index.js';
import { runRival } from '../../../src/tasks/rivals/index.js';
import type { RivalAnswer, RivalRequest } from './rivals-process.js';

process.on('message', ({ name, task, values, seed, limit }: RivalRequest) => {
  const say = (answer: RivalAnswer): void => void process.send?.(answer);
  try {
    const [trial] = runRival(name, taskNamed(task), values, [seed], limit);
    say({ trial: trial! });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say({ refused: error.message });
  }
});
// Ctrl-C reaches every process of the terminal: the parent says when to stop.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
