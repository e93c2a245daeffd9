import type { LossCurve } from './loss-curve.js';
import type { FromWorker, RunState } from './messages.js';

type Message<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;

/** What the primary button does in each state, and what the status line says. */
export const STATES: Record<RunState, { action: string; status: string; busy: boolean }> = {
  idle: { action: 'Start', status: '', busy: false },
  starting: { action: 'Starting …', status: 'Compiling the program …', busy: true },
  running: { action: 'Pause', status: 'Training.', busy: false },
  paused: { action: 'Resume', status: 'Paused.', busy: false },
  stopping: { action: 'Stopping …', status: 'Ending the steps under way …', busy: true },
  lost: { action: 'Resume', status: 'Interrupted.', busy: false },
};

/** @throws Error where index.html has no such element */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element "${id}"`);
  return found as T;
}

/** Writes `text` where it differs, so that a live region does not repeat itself. */
export function show(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

/** Shows a problem beside what it concerns, or clears it. */
export function showProblem(of: 'text' | 'sample' | 'run', message = ''): void {
  show(`${of}-problem`, message);
  element(`${of}-problem`).hidden = message === '';
}

const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });

export function showText({ name, characters, vocabulary }: Message<'text'>): void {
  show('text-facts', `${name}: ${whole(characters)} characters, ${whole(vocabulary)} different.`);
}

/** @param entropy nats per character of guessing by frequency, the chart's dashed line */
export function showBaseline(entropy: number): void {
  show('chart-caption', 'Loss by step, in nats per character: each step, and smoothed. The dashed line, ' +
    `${entropy.toFixed(2)}, is what guessing by frequency alone gives.`);
}

export function showRun({ parameters, dispatches, program, gpuBytes }: Message<'run'>): void {
  show('parameters', whole(parameters));
  show('dispatches', whole(dispatches));
  show('program', `${program}\n\nGPU memory: ${(gpuBytes / 1e6).toFixed(1)} MB`);
  for (const id of ['step', 'loss', 'bits', 'speed']) show(id, '–');
}

/** Loss as a smoothed value: single windows jump. */
export function showSteps(curve: LossCurve, charactersPerSecond: number): void {
  show('step', whole(curve.step));
  show('loss', curve.smooth.toFixed(3));
  show('bits', (curve.smooth / Math.LN2).toFixed(3));
  show('speed', whole(charactersPerSecond));
}

export function showSample({ step, prime, text, temperature }: Message<'sample'>): void {
  const given = document.createElement('span');
  given.className = 'prime';
  given.textContent = prime;
  element('sample').replaceChildren(given, text);
  show('sample-facts', `After step ${whole(step)}, at temperature ${temperature.toFixed(2)}.`);
}
