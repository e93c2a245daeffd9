import type { Browser, Page } from 'puppeteer';
import { launchChrome, openPage, servePages } from '../browser.js';
import type { Host, Hosts } from './host.js';
import { within } from './host.js';

/**
 * Pages in headless Chrome, each in a browser of its own: pages of one browser share its GPU process, and with it a
 * crash, its memory and its shader cache.
 */
export async function chromeHosts(chrome?: string): Promise<Hosts> {
  const pages = await servePages();
  let version = '';
  return {
    runtime: 'chrome',
    async open() {
      const browser = await launchChrome(chrome);
      try {
        version = await browser.version();
        return await hostOf(browser, pages.url);
      } catch (error) {
        await browser.close();
        throw error;
      }
    },
    version: () => version,
    close: () => pages.close(),
  };
}

async function hostOf(browser: Browser, url: string): Promise<Host> {
  const complaints: string[] = [];
  const page = await openPage(browser, url, (text) => complaints.push(text)).catch((error: unknown) => {
    throw new Error(`The page does not start: ${complaints[0] ?? String(error)}`, { cause: error });
  });
  const ended = endOf(browser, page);
  ended.catch(() => undefined);
  return {
    complaints,
    call: (method, args, seconds) => {
      // The service's own types hold on both sides; JSON lies between.
      const work = page.evaluate((name, values) => (window.bench[name] as (...given: unknown[]) => unknown)(...values),
        method, args as unknown[]) as Promise<never>;
      return within(work.catch(withoutStack), seconds, ended);
    },
    async close() {
      // A hung page does not close, its browser's process does.
      const timer = setTimeout(() => browser.process()?.kill('SIGKILL'), 5_000);
      await browser.close().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

function endOf(browser: Browser, page: Page): Promise<never> {
  return new Promise((_, reject) => {
    page.once('error', ({ message }) => reject(new Error(`the page crashed (${message})`)));
    browser.once('disconnected', () => reject(new Error('the browser ended')));
  });
}

/** What the page threw, without the page's stack. */
function withoutStack(error: unknown): never {
  throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
}
