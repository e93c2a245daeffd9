// Brings node_modules in line with package-lock.json. Node's built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean }> }} Lock */

/** @param {string} path @returns {Lock | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether `installed` (npm's own record, node_modules/.package-lock.json) has every package of `wanted`.
 * Contents are compared, not times: a checkout touches files that did not change. Optional packages are left out,
 * because npm installs only those of this platform.
 * @param {Lock | undefined} wanted @param {Lock | undefined} installed
 */
export function sameInstall(wanted, installed) {
  if (!wanted?.packages || !installed?.packages) return false;
  for (const [name, entry] of Object.entries(wanted.packages)) {
    if (name === '' || entry.optional) continue;
    if (installed.packages[name]?.version !== entry.version) return false;
  }
  return true;
}

/** @param {string} root @returns {boolean} whether node_modules is what package-lock.json says */
export function isInstalled(root) {
  return sameInstall(readLock(join(root, 'package-lock.json')),
    readLock(join(root, 'node_modules', '.package-lock.json')));
}

/**
 * Runs `npm ci` with its output hidden, and shown when it fails.
 * @param {string} root @throws {Error} with npm's output
 */
export function installModules(root) {
  const cli = process.env.npm_execpath?.includes('npm-cli') ? process.env.npm_execpath : undefined;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = cli
    ? spawnSync(process.execPath, [cli, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status === 0) return;
  const output = [result.stdout, result.stderr, result.error?.message].filter(Boolean).join('\n').trim();
  throw new Error(`npm ci failed (${result.signal ?? `exit ${result.status}`}):\n${output}`);
}
