// Vitest's browser mode through puppeteer: one Chrome for the whole project, a page for each session.
import { defineBrowserProvider } from '@vitest/browser';
import type { Browser, Page } from 'puppeteer';
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node';
import { launchBrowser } from '../../scripts/lib/launch.mjs';

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  readonly supportsParallelism = false;
  private browser: Promise<Browser> | undefined;
  private readonly pages = new Map<string, Page>();

  getCommandsContext(sessionId: string): Record<string, unknown> {
    return { page: this.pages.get(sessionId) };
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.browser ??= launchBrowser();
    const page = await (await this.browser).newPage();
    page.on('error', (error) => console.error(`The page crashed: ${error.message}`));
    this.pages.set(sessionId, page);
    await page.goto(url, { timeout: 60_000 });
  }

  async close(): Promise<void> {
    await (await this.browser)?.close();
  }
}

/** The provider for `test.browser.provider`. */
export function puppeteerProvider(): BrowserProviderOption {
  return defineBrowserProvider({ name: 'puppeteer', providerFactory: () => new PuppeteerProvider() });
}
