// Child process: downloads the Chrome that puppeteer was tested with. Arguments: cache folder, time limit in ms.
// The last line printed is the executable's path; a failure exits 1 with one line on stderr.
import { existsSync } from 'node:fs';
import {
  Browser, canDownload, computeExecutablePath, detectBrowserPlatform, install, uninstall,
} from '@puppeteer/browsers';
import { PUPPETEER_REVISIONS } from 'puppeteer-core/internal/revisions.js';

const CONNECT_LIMIT = 20_000;
const [cacheDir = '', limit = '300000'] = process.argv.slice(2);
const browser = Browser.CHROME;
const buildId = PUPPETEER_REVISIONS.chrome;
const platform = detectBrowserPlatform();
const baseUrl = process.env.PUPPETEER_CHROME_DOWNLOAD_BASE_URL || process.env.PUPPETEER_DOWNLOAD_BASE_URL || undefined;

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @param {Promise<unknown>} work @param {number} ms @returns {Promise<unknown>} undefined when time ran out */
function within(work, ms) {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms, undefined))]);
}

if (!platform) fail(`no Chrome for Testing for ${process.platform} ${process.arch}`);
const build = { browser, buildId, cacheDir, platform };
const path = computeExecutablePath(build);
// A half-unpacked folder of an earlier attempt would be taken for a finished one.
if (!existsSync(path)) await uninstall(build).catch(() => {});
if (!await within(canDownload({ ...build, baseUrl }), CONNECT_LIMIT)) {
  fail(`Chrome ${buildId} cannot be downloaded from ${baseUrl ?? 'storage.googleapis.com'}`);
}
try {
  if (!await within(install({ ...build, baseUrl }), Number(limit))) {
    await uninstall(build);
    fail(`not finished within ${Number(limit) / 1000} s`);
  }
} catch (error) {
  await uninstall(build).catch(() => {});
  fail(error instanceof Error ? error.message : String(error));
}
console.log(path);
process.exit(0);
