import type { Settings } from './messages.js';

/** What the form starts with: a software adapter has the CPU's patience, a GPU wants work. */
export const DEFAULTS = {
  software: { embedding: 32, units: 96, layers: 2, timeSteps: 32, batch: 16, rate: 0.005, seed: 1 },
  hardware: { embedding: 64, units: 256, layers: 2, timeSteps: 64, batch: 32, rate: 0.002, seed: 1 },
} as const satisfies Record<string, Omit<Settings, 'cell'>>;

const NUMBERS = Object.keys(DEFAULTS.software) as (keyof typeof DEFAULTS.software)[];

const field = (form: HTMLFormElement, name: keyof Settings): HTMLInputElement =>
  form.elements.namedItem(name) as HTMLInputElement;

/** Fills in `values` wherever the visitor has not typed. */
export function suggest(form: HTMLFormElement, values: Omit<Settings, 'cell'>): void {
  for (const name of NUMBERS) {
    const input = field(form, name);
    if (input.value === input.defaultValue) input.value = input.defaultValue = String(values[name]);
  }
}

/** What the form says; the browser has checked the ranges. */
export function readSettings(form: HTMLFormElement): Settings {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, field(form, name).valueAsNumber]));
  return { ...numbers as Omit<Settings, 'cell'>, cell: field(form, 'cell').value };
}

/** The settings on one line, for when the fields are folded away. */
export function summarise({ cell, layers, units, timeSteps, batch, rate }: Settings): string {
  return `${layers} × ${units} ${cell} · time ${timeSteps} · batch ${batch} · rate ${rate}`;
}
