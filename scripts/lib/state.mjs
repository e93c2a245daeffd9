// What set-up found, kept in node_modules/.latch/setup.json so that the next run has nothing to do.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const stateFolder = join(root, 'node_modules', '.latch');
const file = join(stateFolder, 'setup.json');

/**
 * @typedef {object} Setup
 * @property {string} [chrome] the browser's executable
 * @property {string} [source] how it was found
 * @property {import('./vulkan.mjs').Adapter | null} [adapter] what Dawn in Node finds
 * @property {Record<string, string>} [vulkan] environment that Dawn in Node needs, empty where it needs none
 * @property {string} [vulkanKey] what `adapter` and `vulkan` were found under
 */

/** @returns {Setup} empty before the first set-up */
export function readSetup() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** @param {Setup} setup */
export function writeSetup(setup) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(setup, null, 2)}\n`);
  renameSync(temporary, file);
}

/** Environment for a Node process that opens a device through Dawn; start the process with it. */
export function dawnEnvironment() {
  return readSetup().vulkan ?? {};
}

/** Whether the files that `vulkan` names are still there. @param {Record<string, string> | undefined} vulkan */
export function vulkanStands(vulkan) {
  if (!vulkan) return false;
  const loader = vulkan.LD_LIBRARY_PATH?.split(':')[0];
  return [vulkan.VK_DRIVER_FILES, loader && join(loader, 'libvulkan.so.1')].every((path) => !path || existsSync(path));
}
