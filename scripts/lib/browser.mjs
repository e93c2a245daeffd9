// Finds a browser with WebGPU. The order is the user's choice first, then what costs least:
// named, installed, puppeteer's cache, puppeteer's download, Debian's package.
import { accessSync, constants, statSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cachedChrome, downloadedChrome, packagedChrome } from './download.mjs';

export const NAMED_BY_ENVIRONMENT = 'PUPPETEER_EXECUTABLE_PATH';
export const REMEMBERED = 'the last set-up';

/** What a probe found: a path, or why there is none. @typedef {{ path?: string, reason?: string }} Found */
/**
 * @typedef {object} Probes
 * @property {(path: string) => boolean} isExecutable
 * @property {() => Promise<Found>} installed
 * @property {() => Promise<Found>} cached
 * @property {() => Promise<Found>} download
 * @property {() => Promise<Found>} apt
 */

/** @param {string} path @returns {boolean} whether `path` is a file that may be executed */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether the browser starts. A downloaded Chrome may lack shared libraries (libnss3, …) and Ubuntu's
 * /usr/bin/chromium-browser may be a stub that only asks for a snap; `--version` tells. Elsewhere than on Linux the
 * file is trusted: chrome.exe opens a window instead of answering.
 * @param {string} path @returns {Promise<boolean>}
 */
export async function starts(path) {
  if (!isExecutable(path)) return false;
  if (process.platform !== 'linux') return true;
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: 20_000 }, (error, stdout) => resolve(!error && /\d+\.\d+/.test(stdout)));
  });
}

/**
 * The usual places of an installed browser.
 * @param {NodeJS.Platform} platform @param {NodeJS.ProcessEnv} env @returns {string[]}
 */
export function usualPlaces(platform, env) {
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['/Applications', join(env.HOME ?? homedir(), 'Applications')].flatMap((folder) =>
      apps.map((app) => `${folder}/${app}.app/Contents/MacOS/${app}`));
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((root) => root !== undefined);
    const apps = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe'];
    return apps.flatMap((app) => roots.map((root) => `${root}\\${app}`));
  }
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge',
    'microsoft-edge-stable'];
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'].filter(Boolean);
  return [...new Set([
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/opt/google/chrome/chrome', '/usr/lib/chromium/chromium', '/opt/microsoft/msedge/msedge',
  ])];
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<Found>} */
async function installedBrowser(env) {
  for (const path of usualPlaces(process.platform, env)) {
    if (await starts(path)) return { path };
  }
  return { reason: 'none in the usual places or on PATH' };
}

/** @param {NodeJS.ProcessEnv} env @param {(message: string) => void} log @returns {Probes} */
function systemProbes(env, log) {
  return {
    isExecutable,
    installed: () => installedBrowser(env),
    cached: () => cachedChrome(env, starts),
    download: () => downloadedChrome(env, starts, log),
    apt: () => packagedChrome(starts, log),
  };
}

/**
 * The message for a machine where no browser was found and none could be fetched.
 * @param {[string, string][]} tried what was tried and why it failed
 */
export function noBrowserMessage(tried) {
  return [
    'No browser found. Latch trains in Chrome, Chromium or Edge; install one of them:',
    '  any system     https://www.google.com/chrome/',
    '  Debian         sudo apt-get install chromium',
    '  Fedora         sudo dnf install chromium',
    '  macOS          brew install --cask google-chrome',
    'or name one: PUPPETEER_EXECUTABLE_PATH=/path/to/chrome (npm start also takes -- --chrome PATH).',
    'Tried:',
    ...tried.map(([what, why]) => `  ${what}: ${why}`),
  ].join('\n');
}

/**
 * Finds a browser, fetching one when none is there.
 * @param {object} [options]
 * @param {string} [options.chrome] the browser named on the command line
 * @param {string} [options.known] the browser of the last run, taken when it is still there
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(message: string) => void} [options.log] told before anything slow begins
 * @param {Probes} [options.probes] injected by tests
 * @returns {Promise<{ chrome: string, source: string }>}
 * @throws {Error} when a named browser is missing, or when there is none (`noBrowserMessage`)
 */
export async function findBrowser({ chrome, known, env = process.env, log = () => {}, probes } = {}) {
  const { isExecutable: usable, ...ways } = probes ?? systemProbes(env, log);
  /** @type {[string, string | undefined][]} */
  const named = [['--chrome', chrome], [NAMED_BY_ENVIRONMENT, env[NAMED_BY_ENVIRONMENT] || undefined]];
  for (const [source, path] of named) {
    if (path === undefined) continue;
    if (usable(path)) return { chrome: path, source };
    throw new Error(`${source} names ${JSON.stringify(path)}, which is not an executable file. ` +
      'Give the path of a Chrome, Chromium or Edge binary, or leave it out to have one found.');
  }
  if (known && usable(known)) return { chrome: known, source: REMEMBERED };
  /** @type {[string, () => Promise<Found>][]} */
  const order = [['installed browsers', ways.installed], ["puppeteer's cache", ways.cached],
    ["puppeteer's download", ways.download], ["Debian's chromium package", ways.apt]];
  /** @type {[string, string][]} */
  const tried = [];
  for (const [source, probe] of order) {
    const found = await probe();
    if (found.path && usable(found.path)) return { chrome: found.path, source };
    tried.push([source, found.path ? `${found.path} is not an executable file` : found.reason ?? 'nothing found']);
  }
  throw new Error(noBrowserMessage(tried));
}
