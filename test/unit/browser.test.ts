import { expect, test } from 'vitest';
import { findBrowser, usualPlaces, type Found, type Probes } from '../../scripts/lib/browser.mjs';

interface World {
  /** Executable files. */
  files?: string[];
  /** What each way finds; a way left out finds nothing. */
  finds?: Partial<Record<'installed' | 'cached' | 'download' | 'apt', string>>;
}

/** Probes over an imagined machine, and the ways that were asked, in order. */
function imagine({ files = [], finds = {} }: World): { probes: Probes; asked: string[] } {
  const asked: string[] = [];
  const way = (name: keyof NonNullable<World['finds']>) => async (): Promise<Found> => {
    asked.push(name);
    return finds[name] ? { path: finds[name] } : { reason: `no ${name}` };
  };
  return {
    asked,
    probes: {
      isExecutable: (path) => files.includes(path),
      installed: way('installed'), cached: way('cached'), download: way('download'), apt: way('apt'),
    },
  };
}

test('a browser named on the command line wins over everything', async () => {
  const { probes, asked } = imagine({ files: ['/a', '/b', '/c'], finds: { installed: '/c' } });
  const env = { PUPPETEER_EXECUTABLE_PATH: '/b' };
  expect(await findBrowser({ chrome: '/a', known: '/c', env, probes })).toEqual({ chrome: '/a', source: '--chrome' });
  expect(await findBrowser({ known: '/c', env, probes }))
    .toEqual({ chrome: '/b', source: 'PUPPETEER_EXECUTABLE_PATH' });
  expect(asked).toEqual([]);
});

test('the ways are tried in order: installed, cache, download, package', async () => {
  const paths = ['/installed', '/cached', '/download', '/apt'];
  const ways = ['installed', 'cached', 'download', 'apt'] as const;
  for (let first = 0; first < ways.length; first++) {
    const finds = Object.fromEntries(ways.slice(first).map((way) => [way, `/${way}`]));
    const { probes, asked } = imagine({ files: paths, finds });
    expect((await findBrowser({ env: {}, probes })).chrome).toBe(paths[first]);
    expect(asked).toEqual(ways.slice(0, first + 1));
  }
});

test('the browser of the last set-up is taken without looking again, while its file is there', async () => {
  const there = imagine({ files: ['/known'] });
  expect((await findBrowser({ known: '/known', env: {}, probes: there.probes })).chrome).toBe('/known');
  expect(there.asked).toEqual([]);
  const gone = imagine({ files: ['/installed'], finds: { installed: '/installed' } });
  expect((await findBrowser({ known: '/known', env: {}, probes: gone.probes })).chrome).toBe('/installed');
});

test('a path that does not exist is not believed', async () => {
  const { probes, asked } = imagine({ files: ['/apt'], finds: { download: '/quietly/failed', apt: '/apt' } });
  expect((await findBrowser({ env: {}, probes })).chrome).toBe('/apt');
  expect(asked).toEqual(['installed', 'cached', 'download', 'apt']);
});

test('a named browser that is missing is an error, not another browser', async () => {
  const { probes, asked } = imagine({ files: ['/c'], finds: { installed: '/c' } });
  await expect(findBrowser({ chrome: '/nope', env: {}, probes })).rejects.toThrow(new Error(
    '--chrome names "/nope", which is not an executable file. Give the path of a Chrome, Chromium or Edge binary, or ' +
    'leave it out to have one found.'));
  await expect(findBrowser({ known: '/c', env: { PUPPETEER_EXECUTABLE_PATH: '/nope' }, probes }))
    .rejects.toThrow('PUPPETEER_EXECUTABLE_PATH names "/nope"');
  expect(asked).toEqual([]);
});

test('without any browser one message says what to install and what was tried', async () => {
  const { probes } = imagine({ finds: { download: '/half' } });
  await expect(findBrowser({ env: {}, probes })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [Error: No browser found. Latch trains in Chrome, Chromium or Edge; install one of them:
      any system     https://www.google.com/chrome/
      Debian         sudo apt-get install chromium
      Fedora         sudo dnf install chromium
      macOS          brew install --cask google-chrome
    or name one: PUPPETEER_EXECUTABLE_PATH=/path/to/chrome (npm start also takes -- --chrome PATH).
    Tried:
      installed browsers: no installed
      puppeteer's cache: no cached
      puppeteer's download: /half is not an executable file
      Debian's chromium package: no apt]
  `);
});

test('the usual places follow the platform', () => {
  expect(usualPlaces('linux', { PATH: '/home/me/bin' })[0]).toBe('/home/me/bin/google-chrome');
  expect(usualPlaces('linux', {})).toContain('/usr/bin/chromium');
  expect(usualPlaces('darwin', { HOME: '/Users/me' }))
    .toContain('/Users/me/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge');
  expect(usualPlaces('win32', { PROGRAMFILES: 'C:\\Program Files' }))
    .toContain('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe');
});
