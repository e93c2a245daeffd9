import { dawnEnvironment, readSetup, root, stateFolder, vulkanStands } from './state.mjs';
import { findVulkan } from './vulkan.mjs';

/**
 * Variables for a process with Dawn in Node. The caller's choice of a driver stands; else what set-up found, or what
 * can be found without a browser.
 */
export async function vulkanEnvironment(): Promise<Record<string, string>> {
  if (process.env.VK_DRIVER_FILES !== undefined || process.env.VK_ICD_FILENAMES !== undefined) return {};
  const setup = readSetup();
  if (setup.adapter && vulkanStands(setup.vulkan)) return dawnEnvironment();
  return (await findVulkan(root, process.execPath, stateFolder)).vulkan;
}
