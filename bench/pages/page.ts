import { countWebGpuCalls } from '../counters.js';
import { createService, type Service } from '../service.js';

declare global {
  interface Window {
    bench: Service;
  }
}

window.bench = createService(countWebGpuCalls()); // it counts before any system loads
