import { test } from 'vitest';
import {
  CONTROL_WORDS, controlSet, controlSets, type ControlValues, repeatControl, writeControl,
} from '../../src/kernels/control.js';
import type { AdapterDescription } from '../../src/gpu/device.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import type { Segment } from '../../src/model/segments.js';
import { chooseStrategy, type Strategy } from '../../src/schedule/tiles.js';
import type { Words } from './arrays.js';
import { environment } from './environment.js';
import { type Arrays, runKernel, testDevice } from './gpu.js';

/** One kernel, its inputs, and what must come out. The lint validates the kernels of all cases without running them. */
export interface KernelCase {
  /** Reads as a claim. */
  readonly name: string;
  readonly kernel: Kernel;
  /** Time indices of a timed kernel, in the order they run. */
  readonly times?: readonly number[];
  /** Arrays by binding, and the check of those that were written. */
  prepare(): { readonly arrays: Arrays; check(written: Arrays): void };
}

const model = sequential([embedding(8, 8), lstm(64), linear(8)]);

/** A GPU, and the software adapters, which differ; SwiftShader has no wider subgroups than four. */
export const adapters = {
  software: { name: 'test', vendor: '', architecture: '', software: true },
  hardware: { name: 'test', vendor: '', architecture: '', software: false },
  vectors: { name: 'test, as llvmpipe', vendor: '', architecture: '', software: true, subgroup: 4 },
} as const satisfies Record<string, AdapterDescription>;
export type AdapterKind = keyof typeof adapters;
export const adapterKinds = Object.keys(adapters) as AdapterKind[];

/** Strategies of each kind of adapter, whatever the one that runs the test is. Tiles go by the batch. */
export function strategies(driver: Driver, batch = 32): Record<AdapterKind, Strategy> {
  const workload = { model, timeSteps: 8, batch };
  const of = (kind: AdapterKind): Strategy => chooseStrategy(adapters[kind], workload, driver);
  return { software: of('software'), hardware: of('hardware'), vectors: of('vectors') };
}

/** The same with products in small tiles, which compile fast, and gradients in parts of a few rows. */
export function cutSmall({ matmul: { subgroup }, parts, ...rest }: Strategy): Strategy {
  return {
    ...rest, matmul: { rows: 4, columns: 1, ...(subgroup ? { subgroup } : {}) },
    ...(parts ? { parts: { ...parts, rows: 8 } } : {}),
  };
}

/** Every case a test; in Chrome each fourth, since the shaders are the same and only the environment differs. */
export function testCases(cases: readonly KernelCase[]): void {
  const rows = environment === 'chrome' ? cases.filter((_, i) => i % 4 === 0) : cases;
  for (const { name, kernel, times, prepare } of rows) {
    test(name, async () => {
      const device = await testDevice({ immediates: kernel.defines['IMMEDIATES'] !== false });
      const { arrays, check } = prepare();
      check(await runKernel(device, kernel, arrays, times && { times }));
    });
  }
}

/** Control records of all trials. */
export function controls(records: readonly Partial<ControlValues>[]): Words {
  const words = new Uint32Array(records.length * CONTROL_WORDS);
  const floats = new Float32Array(words.buffer);
  records.forEach((record, trial) => writeControl(words, floats, trial, {
    seed: 1, step: 0, cursor: 0, keep: true, rate: 0, correction1: 1, correction2: 1, temperature: 0, ...record,
  }));
  return words;
}

/** The same, and the sets for a window's segments (src/model/segments.ts). */
export function segmentedControls(records: readonly Partial<ControlValues>[], segments: readonly Segment[]): Words {
  const words = new Uint32Array(controlSets(segments.length) * controlSet(records.length));
  words.set(controls(records));
  repeatControl(words, new Float32Array(words.buffer), records.length, segments);
  return words;
}
