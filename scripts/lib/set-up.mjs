// What makes a fresh clone ready: packages, a browser, an adapter for Dawn in Node. Quick when there is nothing to do.
// Only Node's built-ins are imported before `npm ci` ran.
import { findBrowser, NAMED_BY_ENVIRONMENT, REMEMBERED } from './browser.mjs';
import { installModules, isInstalled } from './install.mjs';
import { readSetup, root, stateFolder, vulkanStands, writeSetup } from './state.mjs';
import { findVulkan, vulkanKey } from './vulkan.mjs';

/** @param {string} message */
const log = (message) => console.error(message);

/** @param {string[]} args @returns {string | undefined} the value of --chrome PATH or --chrome=PATH */
function chromeArgument(args) {
  const index = args.findIndex((arg) => arg === '--chrome' || arg.startsWith('--chrome='));
  const arg = args[index];
  if (arg === undefined) return undefined;
  return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[index + 1] ?? '';
}

/** @param {string[]} args `--no-browser`, `--chrome PATH`; others are left alone */
export async function setUp(args) {
  if (!isInstalled(root)) {
    log('Installing packages (npm ci) …');
    installModules(root);
  }
  if (args.includes('--no-browser')) return;
  const before = readSetup();
  // A browser that was named for one run is not kept for the next.
  const known = before.source === '--chrome' || before.source === NAMED_BY_ENVIRONMENT ? undefined : before.chrome;
  const { chrome, source } = await findBrowser({ chrome: chromeArgument(args), known, log });
  const key = vulkanKey(chrome);
  if (before.adapter && before.vulkanKey === key && vulkanStands(before.vulkan)) return;
  const found = await findVulkan(root, chrome, stateFolder);
  writeSetup({ chrome, source: source === REMEMBERED ? before.source : source, ...found, vulkanKey: key });
  const adapter = found.adapter ? `${found.adapter.description || found.adapter.architecture}` : 'no adapter';
  log(`Set up: ${chrome}; Dawn in Node: ${adapter}.`);
}
