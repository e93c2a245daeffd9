import { type ChildProcess, spawn } from 'node:child_process';
import { root } from '../../scripts/lib/state.mjs';

export interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Starts a command as npm does; `watch` sees all of its output so far each time there is more. */
export type Command = (
  args: readonly string[], watch?: (output: string, child: ChildProcess) => void,
) => Promise<Ended>;

/** @param script as `npm start` and `npm run lab` name it */
export const command = (script: string): Command => (args, watch) => new Promise((resolve) => {
  const child = spawn(process.execPath, ['scripts/start.mjs', script, ...args], { cwd: root });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    watch?.(stdout, child);
  });
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.on('close', (code) => resolve({ code, stdout, stderr }));
});
