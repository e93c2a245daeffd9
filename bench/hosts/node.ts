import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/lib/state.mjs';
import { vulkanEnvironment } from '../../scripts/lib/vulkan-environment.js';
import type { Service } from '../service.js';
import type { Host, Hosts } from './host.js';
import { within } from './host.js';

/** To the child. */
export interface Request {
  readonly id: number;
  readonly method: keyof Service;
  readonly args: readonly unknown[];
}

/** From the child: it is ready, it answers, or something went wrong that nobody caught. */
export type Message =
  | { readonly ready: true }
  | { readonly id: number; readonly result?: unknown; readonly error?: string }
  | { readonly complaint: string };

/** Processes with Dawn in Node, one for each system. */
export async function nodeHosts(): Promise<Hosts> {
  const environment = { ...process.env, ...(await vulkanEnvironment()) };
  const dawnPackage = await readFile(join(root, 'node_modules/webgpu/package.json'), 'utf8');
  const { version } = JSON.parse(dawnPackage) as { version: string };
  return {
    runtime: 'node',
    open: () => openChild(environment),
    version: () => `Node ${process.version}, webgpu ${version}`,
    close: async () => undefined,
  };
}

async function openChild(env: NodeJS.ProcessEnv): Promise<Host> {
  const script = join(root, 'bench/hosts/child.ts');
  // What a system prints is no part of this program's output; its last words tell why it died.
  const child = fork(join(root, 'scripts/run.mjs'), [script],
    { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const complaints: string[] = [];
  const answers = new Map<number, (message: Extract<Message, { id: number }>) => void>();
  let words = '';
  child.stderr?.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-2000);
  });
  const ended = endOf(child, () => words.trim().split('\n').at(-1) ?? '');
  ended.catch(() => undefined);
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: Message) => {
      if ('ready' in message) resolve();
      else if ('complaint' in message) complaints.push(message.complaint);
      else answers.get(message.id)?.(message);
    });
  });
  await within(ready, 60, ended);
  let calls = 0;
  return {
    complaints,
    call: (method, args, seconds) => {
      const id = calls++;
      const work = new Promise<never>((resolve, reject) => {
        answers.set(id, ({ result, error }) => {
          answers.delete(id);
          if (error === undefined) resolve(result as never);
          else reject(new Error(error));
        });
        child.send({ id, method, args } satisfies Request);
      });
      return within(work, seconds, ended);
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL'); // it has nothing to keep, and may hang
      await gone;
    },
  };
}

function endOf(child: ChildProcess, lastWords: () => string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const words = lastWords();
      reject(new Error(`its process ended (${signal ?? `exit code ${code}`})${words === '' ? '' : `: ${words}`}`));
    });
  });
}
