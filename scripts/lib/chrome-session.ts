import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Browser, Page } from 'puppeteer';
import type { Connect, Plugin } from 'vite';
import type { PageCalls, PageResult } from '../pages/messages.js';
import type { Finished, SessionInputs, SessionListener, SessionRequest } from '../pages/events.js';
import { launchBrowser } from './launch.mjs';
import { servePage } from './serve.js';

export interface ChromeOptions { readonly chrome?: string | undefined; readonly headed: boolean }

/** What went wrong in the page, without the page's stack. */
export class PageError extends Error {
  constructor(override readonly name: string, message: string) {
    super(message);
  }
}

/** Runs the session in Chrome. @throws PageError for what the session throws, Error where Chrome ends first */
export async function runInChrome(
  request: SessionRequest, inputs: SessionInputs, listener: SessionListener, signal: AbortSignal,
  options: ChromeOptions,
): Promise<Finished | undefined> {
  const exchange = `/${randomUUID()}`; // no other page or program of this machine shall read or post here
  const server = await servePage('scripts/pages/train.html', { plugins: [exchangePlugin(exchange, inputs, listener)] });
  try {
    const browser = await launchBrowser({
      ...(options.chrome === undefined ? {} : { chrome: options.chrome }),
      headed: options.headed,
      survivesInterrupt: true,
      flags: ['--disable-gpu-watchdog'], // a software adapter that computes for a minute is no hung GPU
    });
    try {
      const page = await openPage(browser, server.url, listener);
      const finished = Promise.race([ended(browser, page), start(page, request, exchange)]);
      const stop = (): void => void page.evaluate(() => window.latch.stop()).catch(() => undefined);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      const { error, finished: result } = await finished;
      if (error) throw new PageError(error.name, error.message);
      return result;
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

async function openPage(browser: Browser, url: string, listener: SessionListener): Promise<Page> {
  const [page = await browser.newPage()] = await browser.pages();
  const failed = new Promise<never>((_, reject) => {
    page.once('pageerror', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  });
  failed.catch(() => undefined); // may come when nobody waits any more
  const say = async <K extends keyof PageCalls>(event: K, ...args: Parameters<PageCalls[K]>): Promise<void> => {
    await (listener[event] as (...values: Parameters<PageCalls[K]>) => void | Promise<void>)(...args);
  };
  await page.exposeFunction('latchSay', say);
  await page.goto(url);
  await Promise.race([page.waitForFunction('window.latch !== undefined'), failed]);
  return page;
}

const start = (page: Page, request: SessionRequest, exchange: string): Promise<PageResult> =>
  page.evaluate((asked, path) => window.latch.start(asked, path), request, exchange);

/** Rejects when the browser or its page ends before the run does. */
function ended(browser: Browser, page: Page): Promise<never> {
  return new Promise((_, reject) => {
    page.once('error', ({ message }) => {
      reject(new Error(`the page crashed (${message}): the model may need more memory than there is`));
    });
    page.once('close', () => reject(new Error('the page was closed before the run ended')));
    browser.once('disconnected', () => reject(new Error('Chrome ended before the run did')));
  });
}

/** The text and the checkpoint to resume by GET, checkpoints to keep by POST. */
function exchangePlugin(exchange: string, { text, resume }: SessionInputs, listener: SessionListener): Plugin {
  const handler: Connect.NextHandleFunction = async (request, response, next) => {
    const path = request.url ?? '';
    if (!path.startsWith(`${exchange}/`)) return next();
    const reply = (status: number, body?: string | Uint8Array): void => {
      response.statusCode = status;
      response.setHeader('Content-Type', 'application/octet-stream');
      response.end(body);
    };
    const name = path.slice(exchange.length + 1);
    if (name === 'text') return reply(200, text);
    if (name === 'resume') return resume ? reply(200, resume) : reply(204);
    const step = Number(/^checkpoint\/(\d+)$/.exec(name)?.[1]);
    if (request.method !== 'POST' || Number.isNaN(step)) return reply(404);
    try {
      await listener.checkpoint(await bodyOf(request), step);
      reply(204);
    } catch (error) {
      reply(500, error instanceof Error ? error.message : String(error));
    }
  };
  return { name: 'latch-exchange', configureServer: ({ middlewares }) => void middlewares.use(handler) };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}
