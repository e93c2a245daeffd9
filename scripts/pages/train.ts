// The page that trains: the terminal starts it, listens to it and stops it through `window.latch`.
import type { SessionListener, SessionRequest } from './events.js';
import type { PageResult } from './messages.js';
import { runSession } from './session.js';

const stopping = new AbortController();

async function fetchBytes(path: string): Promise<Uint8Array | undefined> {
  const response = await fetch(path);
  if (response.status === 204) return undefined;
  if (!response.ok) throw new Error(`the page could not fetch ${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function listenerOf(exchange: string): SessionListener {
  return {
    started: (info) => window.latchSay('started', info),
    steps(records, seconds) {
      const last = records.at(-1)!;
      show(`step ${last.step}: loss ${last.loss.map((loss) => loss.toFixed(3)).join(', ')}`);
      return window.latchSay('steps', records, seconds);
    },
    sample: (step, text) => window.latchSay('sample', step, text),
    judging: (characters) => window.latchSay('judging', characters),
    explained: (table) => window.latchSay('explained', table),
    async checkpoint(bytes, step) {
      const body = bytes as Uint8Array<ArrayBuffer>;
      const response = await fetch(`${exchange}/checkpoint/${step}`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}

const show = (line: string): void => {
  document.getElementById('log')!.textContent = line;
};

/** Errors are returned, not thrown: what crosses to the terminal keeps its name and message, and no stack. */
async function start(request: SessionRequest, exchange: string): Promise<PageResult> {
  try {
    const text = await fetchBytes(`${exchange}/text`);
    const resume = await fetchBytes(`${exchange}/resume`);
    const listener = listenerOf(exchange);
    const finished = await runSession(request, { text: text ?? '', resume }, listener, stopping.signal);
    show('Finished.');
    return { finished };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    show(message);
    return { error: { name, message } };
  }
}

window.latch = { start, stop: () => stopping.abort() };
