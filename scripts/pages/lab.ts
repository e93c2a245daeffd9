// The page of the lab: the terminal starts experiments, listens to them and stops them through `window.lab`.
import type { Examples } from '../../src/tasks/task.js';
import { labService } from './lab-service.js';

let said: Promise<void>[] = [];

const service = labService({
  examples: fetchExamples,
  listener: {
    progress(trials, seconds) {
      document.getElementById('log')!.textContent = `${trials.length} trials, ${Math.round(seconds)} s`;
      said.push(window.labSay('progress', trials, seconds));
    },
    trial: (result) => void said.push(window.labSay('trial', result)),
  },
});

async function fetchExamples(): Promise<Examples> {
  const [images, labels] = await Promise.all(['images', 'labels'].map(async (name) => {
    const response = await fetch(`${window.lab.exchange}/${name}`);
    if (!response.ok) throw new Error(await response.text());
    return response.arrayBuffer();
  }));
  return { images: new Float32Array(images!), labels: new Uint8Array(labels!) };
}

window.lab = {
  ...service,
  exchange: '',
  async run(options, seeds) {
    said = [];
    const outcome = await service.run(options, seeds);
    await Promise.allSettled(said); // the terminal has heard of every trial before it hears of the end
    return outcome;
  },
};
