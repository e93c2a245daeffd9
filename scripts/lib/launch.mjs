// Starts the browser that set-up found, with the flags under which WebGPU works without a screen.
import { findBrowser } from './browser.mjs';
import { readSetup } from './state.mjs';

const SOFTWARE = /swiftshader|llvmpipe|lavapipe/i;

/** Whether Dawn found a Vulkan driver of a real GPU on this machine, which Chrome on Linux uses only when told. */
function hasVulkanGpu() {
  const { adapter } = readSetup();
  return process.platform === 'linux' && !!adapter && !SOFTWARE.test(`${adapter.architecture} ${adapter.description}`);
}

/**
 * Chrome's arguments. Without --enable-unsafe-webgpu there is no software adapter; the rest keeps Chrome from waiting
 * for services on a closed network.
 * @param {object} [options]
 * @param {boolean} [options.sandbox] false adds --no-sandbox, which root needs
 * @param {boolean} [options.vulkan] render on a real GPU through Vulkan
 * @returns {string[]}
 */
export function chromeFlags({ sandbox = process.getuid?.() !== 0, vulkan = hasVulkanGpu() } = {}) {
  return [
    '--enable-unsafe-webgpu',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
    '--no-first-run',
    ...(process.platform === 'linux' ? ['--disable-dev-shm-usage'] : []), // containers have 64 MB of /dev/shm
    ...(sandbox ? [] : ['--no-sandbox']),
    ...(vulkan ? ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface'] : []),
  ];
}

/**
 * Launches Chrome through puppeteer. The caller closes it.
 * @param {object} [options]
 * @param {string} [options.chrome] as on the command line
 * @param {boolean} [options.headed]
 * @param {string[]} [options.flags] more arguments for Chrome
 * @param {boolean} [options.survivesInterrupt] Ctrl-C and SIGTERM are left to the caller, who may want a last
 *   word from the page
 * @returns {Promise<import('puppeteer').Browser>}
 * @throws {Error} when no browser is found or it does not start
 */
export async function launchBrowser({ chrome, headed = false, flags = [], survivesInterrupt = false } = {}) {
  const { default: puppeteer } = await import('puppeteer');
  const found = await findBrowser({ chrome, known: readSetup().chrome });
  /** @param {boolean} [sandbox] */
  const launch = (sandbox) => puppeteer.launch({
    executablePath: found.chrome,
    headless: !headed,
    args: [...chromeFlags({ sandbox }), ...flags],
    handleSIGINT: !survivesInterrupt,
    handleSIGTERM: !survivesInterrupt,
    protocolTimeout: 0, // no limit: an evaluate may be a whole training run
  });
  try {
    return await launch();
  } catch (error) {
    // Containers and recent Ubuntu forbid the user namespaces that the sandbox needs. Only our own pages are opened.
    if (/sandbox/i.test(String(error))) return launch(false);
    throw new Error(`${found.chrome} does not start: ${error instanceof Error ? error.message : error}`,
      { cause: error });
  }
}
