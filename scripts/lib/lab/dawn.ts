import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ExperimentListener } from '../../../src/lab/types.js';
import type { Answer, LabCalls } from '../../pages/lab-messages.js';
import { root } from '../state.mjs';
import { vulkanEnvironment } from '../vulkan-environment.js';
import type { Place, Places } from './host.js';

/** To the process. */
export interface Request {
  readonly id: number;
  readonly method: keyof LabCalls;
  readonly args: readonly unknown[];
}

/** From the process: it is ready, it answers, or an experiment tells. */
export type Message =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: Answer<unknown> }
  | { readonly event: keyof ExperimentListener; readonly args: readonly unknown[] };

/** Processes with Dawn in Node: the dynamic loader reads its environment only when one starts. */
export function dawnProcesses(): Places {
  return { open: openProcess, close: async () => undefined };
}

async function openProcess(listener: ExperimentListener): Promise<Place> {
  const child = fork(join(root, 'scripts/run.mjs'), [join(root, 'scripts/lib/lab/dawn-child.ts')], {
    cwd: root, env: { ...process.env, ...await vulkanEnvironment() }, serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const answers = new Map<number, (answer: Answer<unknown>) => void>();
  const ended = endOf(child);
  ended.catch(() => undefined);
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: Message) => {
      if ('ready' in message) resolve();
      else if ('event' in message) (listener[message.event] as (...args: readonly unknown[]) => void)(...message.args);
      else answers.get(message.id)?.(message.answer);
    });
  });
  await Promise.race([ready, ended]);
  let calls = 0;
  const call = <T>(method: keyof LabCalls, ...args: readonly unknown[]): Promise<Answer<T>> => {
    const id = calls++;
    return new Promise((resolve) => {
      answers.set(id, (answer) => {
        answers.delete(id);
        resolve(answer as Answer<T>);
      });
      if (child.connected) child.send({ id, method, args } satisfies Request);
    });
  };
  return {
    open: () => call('open'),
    run: (options, seeds) => call('run', options, seeds),
    stop: () => void call('stop'),
    ended,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL'); // it has nothing to keep, and may hang
      await gone;
    },
  };
}

function endOf(child: ChildProcess): Promise<never> {
  let words = ''; // its last ones tell why it died
  child.stderr?.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-2000);
  });
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const last = words.trim().split('\n').at(-1) ?? '';
      const why = last === '' ? '' : `: ${last}`;
      reject(new Error(`the process with Dawn ended (${signal ?? `exit code ${code}`})${why}`));
    });
  });
}
