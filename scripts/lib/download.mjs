// The ways to fetch a browser: puppeteer's cache and download, and Debian's package.
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./browser.mjs').Found} Found */
/** @typedef {(path: string) => Promise<boolean>} Starts */

const MINUTE = 60_000;

/**
 * @param {string} file @param {string[]} args @param {number} timeout
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ ok: boolean, output: string }>} never rejects
 */
function tryRun(file, args, timeout, env = process.env) {
  return new Promise((resolve) => {
    execFile(file, args, { timeout, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: !error, output: error ? stderr.trim() || error.message : stdout.trim() });
    });
  });
}

/** @param {NodeJS.ProcessEnv} env */
function cacheFolder(env) {
  return env.PUPPETEER_CACHE_DIR || join(homedir(), '.cache', 'puppeteer');
}

/** @param {string} text the last line that says something */
function lastLine(text) {
  return text.split('\n').filter((line) => line.trim() !== '').pop() ?? 'no message';
}

/** @param {NodeJS.ProcessEnv} env @param {Starts} starts @returns {Promise<Found>} */
export async function cachedChrome(env, starts) {
  const folder = cacheFolder(env);
  try {
    const { Browser, getInstalledBrowsers } = await import('@puppeteer/browsers');
    const builds = (await getInstalledBrowsers({ cacheDir: folder }))
      .filter(({ browser }) => browser === Browser.CHROME)
      .sort((a, b) => b.buildId.localeCompare(a.buildId, 'en', { numeric: true }));
    for (const build of builds) {
      if (await starts(build.executablePath)) return { path: build.executablePath };
    }
    return { reason: `${builds.length === 0 ? 'no Chrome' : 'no Chrome that starts'} in ${folder}` };
  } catch (error) {
    return { reason: String(error) };
  }
}

/**
 * In a process of its own, so that a stalled connection can be ended.
 * @param {NodeJS.ProcessEnv} env @param {Starts} starts @param {(message: string) => void} log
 * @returns {Promise<Found>}
 */
export async function downloadedChrome(env, starts, log) {
  if (env.PUPPETEER_SKIP_DOWNLOAD || env.PUPPETEER_SKIP_CHROME_DOWNLOAD) {
    return { reason: 'PUPPETEER_SKIP_DOWNLOAD is set' };
  }
  log('No browser installed: asking for Chrome for Testing (about 170 MB, at most 5 minutes) …');
  const child = fileURLToPath(new URL('./download-chrome.mjs', import.meta.url));
  const { ok, output } = await tryRun(process.execPath, [child, cacheFolder(env), String(5 * MINUTE)], 6 * MINUTE, env);
  const line = lastLine(output);
  if (!ok) return { reason: line };
  return await starts(line) ? { path: line } : { reason: `${line} does not start: shared libraries are missing` };
}

/** @param {Starts} starts @param {(message: string) => void} log @returns {Promise<Found>} */
export async function packagedChrome(starts, log) {
  if (process.platform !== 'linux') return { reason: 'not a Debian system' };
  if (!(await tryRun('apt-get', ['--version'], MINUTE)).ok) return { reason: 'no apt-get here' };
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(await tryRun('sudo', ['-n', 'true'], MINUTE)).ok) {
    return { reason: 'needs root, or sudo without a password' };
  }
  log('Installing the chromium package with apt-get (a minute or two) …');
  /** @param {string[]} args */
  const apt = (args) => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    const [file, ...rest] = isRoot ? command : ['sudo', '-n', ...command];
    return tryRun(/** @type {string} */ (file), rest, 10 * MINUTE);
  };
  // A failed update is no reason to stop: the lists may be there already.
  await apt(['update', '-q']);
  const install = await apt(['install', '-q', '-y', '--no-install-recommends', 'chromium']);
  if (!install.ok) return { reason: lastLine(install.output) };
  const path = '/usr/bin/chromium';
  return await starts(path) ? { path } : { reason: `${path} does not start` };
}
