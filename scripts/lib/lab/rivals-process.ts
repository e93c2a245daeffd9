import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RivalTrial } from '../../../src/tasks/rivals/index.js';
import { root } from '../state.mjs';
import type { RunTrial } from './rivals.js';

/** To the process. */
export interface RivalRequest {
  readonly name: string;
  readonly task: string;
  readonly values: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly limit: number;
}

/** From the process: a trial, or why the algorithm is not defined for the task. */
export type RivalAnswer = { readonly trial: RivalTrial } | { readonly refused: string };

/** Trials in a process of their own, so that this one can hear Ctrl-C while one is under way. */
export function rivalsProcess(): { readonly run: RunTrial; close(): void } {
  let child: ChildProcess | undefined;
  const kill = (): void => void child?.kill('SIGKILL'); // it has nothing to keep, and hears nothing during a trial
  process.once('exit', kill);
  return {
    run: (name, task, values, seed, limit) => new Promise((resolve, reject) => {
      child ??= fork(join(root, 'scripts/run.mjs'), [join(root, 'scripts/lib/lab/rivals-child.ts')], { cwd: root });
      const ended = (code: number | null): void =>
        reject(new Error(`the process of the rivals ended (${code === null ? 'killed' : `exit code ${code}`})`));
      child.once('exit', ended);
      child.once('message', (answer: RivalAnswer) => {
        child?.off('exit', ended);
        if ('trial' in answer) resolve(answer.trial);
        else reject(new RangeError(answer.refused));
      });
      child.send({ name, task: task.name, values, seed, limit } satisfies RivalRequest);
    }),
    close() {
      process.off('exit', kill);
      kill();
    },
  };
}
