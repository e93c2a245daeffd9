// The page: shows what the worker says, and tells it what the visitor wants.
import { fillCellMenu, showCell } from './cell-menu.js';
import { LossChart } from './chart.js';
import { LossCurve } from './loss-curve.js';
import type { FromWorker, RunState, ToWorker } from './messages.js';
import { DEFAULTS, readSettings, suggest, summarise } from './settings.js';
import { element, show, showBaseline, showProblem, showRun, showSample, showSteps, showText, STATES } from './view.js';

const RESAMPLE_MS = 200;
const MOBY_DICK = 'Moby-Dick';
const WIDE = '(min-width: 60rem)';

const form = element<HTMLFormElement>('controls');
const primary = element<HTMLButtonElement>('primary');
const stop = element<HTMLButtonElement>('stop');
const prime = element<HTMLInputElement>('prime');
const temperature = element<HTMLInputElement>('temperature');
const chart = new LossChart(element('chart'));

let worker: Worker | undefined;
let state: RunState = 'idle';
let adapter: string | undefined;
let text: { entropy: number } | undefined;
let curve: LossCurve | undefined;
let baseline: number | undefined;
let resampling: ReturnType<typeof setTimeout> | undefined;

const tell = (message: ToWorker, transfer: Transferable[] = []): void => worker?.postMessage(message, transfer);
const sampling = () => ({ prime: prime.value, temperature: temperature.valueAsNumber });

function receive(message: FromWorker): void {
  switch (message.type) {
    case 'adapter':
      adapter = message.name + (message.software ? ' (software)' : '');
      show('adapter', adapter);
      suggest(form, message.software ? DEFAULTS.software : DEFAULTS.hardware);
      showSettings();
      return refresh();
    case 'text':
      text = message;
      showText(message);
      if (state === 'idle') showBaseline(message.entropy);
      showProblem('text');
      suggestPrime(message.name === MOBY_DICK ? 'Call me ' : message.opening);
      return refresh();
    case 'state':
      state = message.state;
      if (state === 'starting') showProblem('run');
      return refresh();
    case 'run':
      if (!curve || message.from === 0) curve = new LossCurve();
      curve.cut(message.from);
      showRun(message);
      return chart.show(curve, baseline);
    case 'steps':
      message.losses.forEach((loss, i) => curve?.add(message.first + i, loss));
      if (curve) showSteps(curve, message.charactersPerSecond);
      return chart.show(curve, baseline);
    case 'sample':
      showProblem('sample');
      return showSample(message);
    case 'problem':
      if (message.of === 'gpu') return missing(message.message);
      return showProblem(message.of, message.message);
  }
}

/** A beginning whose characters the text has, unless the visitor wrote one. */
function suggestPrime(words: string): void {
  if (prime.value === prime.defaultValue || prime.value === '') prime.value = prime.defaultValue = words;
}

function refresh(): void {
  const { action, busy } = STATES[state];
  const idle = state === 'idle';
  primary.textContent = action;
  primary.disabled = busy || !adapter || (idle && !text);
  stop.disabled = state !== 'running' && state !== 'paused' && state !== 'lost';
  element<HTMLFieldSetElement>('fields').disabled = !idle;
  show('settings-hint', idle ? 'A change takes effect with the next start.' : 'Stop the run to change these.');
  if (adapter) show('status', idle ? idleStatus() : STATES[state].status);
}

function idleStatus(): string {
  if (!text) return 'Waiting for a text …';
  return curve ? `Stopped at step ${curve.step.toLocaleString('en')}.` : 'Ready.';
}

function act(): void {
  if (state === 'running') return tell({ type: 'pause' });
  if (state === 'paused' || state === 'lost') return tell({ type: 'resume' });
  if (!text) return;
  baseline = text.entropy;
  showBaseline(baseline);
  tell({ type: 'start', settings: readSettings(form), sampling: sampling() });
}

function missing(why: string): void {
  element('missing').hidden = false;
  show('missing-why', why);
  show('adapter', 'none');
  show('status', 'Training cannot start without WebGPU.');
  adapter = undefined;
  primary.disabled = stop.disabled = true;
}

function resample(): void {
  show('temperature-value', temperature.valueAsNumber.toFixed(2));
  clearTimeout(resampling);
  resampling = setTimeout(() => tell({ type: 'sampling', sampling: sampling() }), RESAMPLE_MS);
}

function showSettings(): void {
  const settings = readSettings(form);
  show('settings-line', summarise(settings));
  showCell(settings.cell, element('cell-facts'));
}

async function readFile(file: File | undefined): Promise<void> {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  tell({ type: 'text', name: file.name, bytes }, [bytes]);
}

async function loadMobyDick(): Promise<void> {
  try {
    const response = await fetch('corpus.txt');
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (!text) tell({ type: 'text', name: MOBY_DICK, bytes }, [bytes]);
  } catch (error) {
    show('text-facts', 'No text yet.');
    const reason = error instanceof Error ? error.message : String(error);
    showProblem('text', `Moby-Dick could not be loaded (${reason}): choose a text file.`);
  }
}

function listen(): void {
  const file = element<HTMLInputElement>('file');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act();
  });
  // A field that is folded away cannot show why it is wrong.
  form.addEventListener('invalid', () => (element<HTMLDetailsElement>('settings').open = true), true);
  form.addEventListener('input', showSettings);
  stop.addEventListener('click', () => tell({ type: 'stop' }));
  temperature.addEventListener('input', resample);
  prime.addEventListener('input', resample);
  file.addEventListener('change', () => void readFile(file.files?.[0]));
  const dragging = (on: boolean) => (event: DragEvent) => {
    event.preventDefault();
    document.body.classList.toggle('dropping', on);
  };
  addEventListener('dragover', dragging(true));
  addEventListener('dragleave', dragging(false));
  addEventListener('drop', (event) => {
    dragging(false)(event);
    void readFile(event.dataTransfer?.files[0]);
  });
}

function start(): void {
  element<HTMLDetailsElement>('settings').open = matchMedia(WIDE).matches;
  fillCellMenu(form.elements.namedItem('cell') as HTMLSelectElement);
  listen();
  showSettings();
  if (!isSecureContext) return missing(`${location.origin} is not a secure address, so the browser hides WebGPU.`);
  if (!('gpu' in navigator)) return missing('This browser does not offer WebGPU, or it is switched off.');
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(data));
  worker.addEventListener('error', ({ message }) => {
    showProblem('run', `The worker stopped (${message || 'it did not load'}): load the page again.`);
    primary.disabled = stop.disabled = true;
  });
  void loadMobyDick();
}

start();
