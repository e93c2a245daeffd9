// Gives Dawn in Node an adapter on Linux: the machine's own Vulkan driver, or the browser's SwiftShader.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {{ vendor: string, architecture: string, description: string }} Adapter */
/** @typedef {Record<string, string>} Environment */

const DRIVER = 'vk_swiftshader_icd.json';
const LOADER = 'libvulkan.so.1';

const PROBE = `
import { create } from 'webgpu';
const gpu = create([]);
const adapter = await gpu.requestAdapter();
const { vendor, architecture, description } = adapter?.info ?? {};
console.log(JSON.stringify(adapter ? { vendor, architecture, description } : null));
process.exit(0);`;

/**
 * Asks Dawn for an adapter, in a child process: the dynamic loader reads LD_LIBRARY_PATH only when a process starts.
 * @param {string} root @param {Environment} extra @returns {Promise<Adapter | null>}
 */
function probeDawn(root, extra) {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', PROBE],
      { cwd: root, env: { ...process.env, ...extra }, timeout: 30_000 },
      (_error, stdout) => {
        try {
          resolve(JSON.parse(stdout));
        } catch {
          resolve(null);
        }
      });
  });
}

/** @param {string} chrome @returns {string[]} folders that may hold the driver, the browser's own first */
function driverFolders(chrome) {
  return [dirname(realpathSync(chrome)), '/usr/lib/chromium', '/usr/lib64/chromium-browser',
    '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/microsoft/msedge',
    '/snap/chromium/current/usr/lib/chromium-browser'];
}

/**
 * The environment that leads Dawn to SwiftShader. The browser's folder holds more libraries than the Vulkan loader, so
 * LD_LIBRARY_PATH gets a folder with a link to that one alone.
 * @param {string} folder with the driver @param {string} stateFolder @returns {Environment}
 */
function swiftShaderEnvironment(folder, stateFolder) {
  const driver = join(folder, DRIVER);
  /** @type {Environment} */
  const environment = { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
  const loader = join(folder, LOADER);
  if (existsSync(loader)) {
    const link = join(stateFolder, 'vulkan', LOADER);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(loader, link);
    environment.LD_LIBRARY_PATH = [dirname(link), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return environment;
}

/** What decides the answer; a changed value asks again. @param {string | undefined} chrome */
export function vulkanKey(chrome) {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, LD_LIBRARY_PATH } = process.env;
  return JSON.stringify([chrome, VK_DRIVER_FILES, VK_ICD_FILENAMES, LD_LIBRARY_PATH]);
}

/**
 * @param {string} root the repository
 * @param {string} chrome the browser found
 * @param {string} stateFolder where the loader's link may lie
 * @returns {Promise<{ adapter: Adapter | null, vulkan: Environment }>} `vulkan` is empty where Dawn needs no help
 */
export async function findVulkan(root, chrome, stateFolder) {
  const own = await probeDawn(root, {});
  if (own || process.platform !== 'linux') return { adapter: own, vulkan: {} };
  for (const folder of driverFolders(chrome)) {
    if (!existsSync(join(folder, DRIVER))) continue;
    const vulkan = swiftShaderEnvironment(folder, stateFolder);
    const adapter = await probeDawn(root, vulkan);
    if (adapter) return { adapter, vulkan };
  }
  return { adapter: null, vulkan: {} };
}
