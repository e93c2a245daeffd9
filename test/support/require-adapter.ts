// Set-up file of the GPU projects: a GPU test without an adapter fails, it does not skip.
import { environment } from './environment.js';

const advice = environment === 'chrome'
  ? 'Chrome gives a software adapter under --enable-unsafe-webgpu; see chrome://gpu for what it says.'
  : 'Dawn found no driver. On Linux it needs Vulkan: run `npm run setup`, which leads it to the SwiftShader ' +
    'beside the browser, or install a GPU driver or mesa-vulkan-drivers 25.';

if (!navigator.gpu) throw new Error(`No WebGPU in ${environment}: navigator.gpu is missing. ${advice}`);
if (!await navigator.gpu.requestAdapter()) throw new Error(`No WebGPU adapter in ${environment}. ${advice}`);
