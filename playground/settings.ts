import type { Settings } from './messages.js';

/** What the form starts with: a software adapter has the CPU's patience, a GPU wants work. */
export const DEFAULTS = {
  software: { embedding: 32, units: 96, layers: 2, timeSteps: 32, batch: 16, rate: 0.005, seed: 1 },
  hardware: { embedding: 64, units: 256, layers: 2, timeSteps: 64, batch: 32, rate: 0.002, seed: 1 },
} as const satisfies Record<string, Settings>;

const NAMES = Object.keys(DEFAULTS.software) as (keyof Settings)[];

const field = (form: HTMLFormElement, name: keyof Settings): HTMLInputElement =>
  form.elements.namedItem(name) as HTMLInputElement;

/** Fills in `values` wherever the visitor has not typed. */
export function suggest(form: HTMLFormElement, values: Settings): void {
  for (const name of NAMES) {
    const input = field(form, name);
    if (input.value === input.defaultValue) input.value = input.defaultValue = String(values[name]);
  }
}

/** What the form says; the browser has checked the ranges. */
export function readSettings(form: HTMLFormElement): Settings {
  return Object.fromEntries(NAMES.map((name) => [name, field(form, name).valueAsNumber])) as unknown as Settings;
}

/** The settings on one line, for when the fields are folded away. */
export function summarise({ layers, units, timeSteps, batch, rate }: Settings): string {
  return `${layers} × ${units} LSTM · time ${timeSteps} · batch ${batch} · rate ${rate}`;
}
