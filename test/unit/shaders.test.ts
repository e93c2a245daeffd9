import { create, globals } from 'webgpu';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Device, GpuError, openDevice } from '../../src/gpu/device.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { expand } from '../../src/kernels/source.js';
import { compileKernel } from '../../src/schedule/executable.js';
import shader from '../../shaders/sum.wgsl?raw';
import { allCases } from '../support/cases/index.js';
import { programMatrix } from '../support/programs.js';

// Dawn's null backend validates WGSL and pipelines without a driver. `gpu` must outlive its devices.
const gpu = create(['backend=null']);
const devices = new Map<boolean, Device>();
beforeAll(async () => {
  Object.assign(globalThis, globals);
  for (const immediates of [true, false]) devices.set(immediates, await openDevice({ gpu, immediates }));
});

const variantOf = ({ file, defines }: Kernel): string => file + JSON.stringify(defines);
const needsImmediates = ({ defines }: Kernel): boolean => defines['IMMEDIATES'] !== false;

const variants = new Map<string, Kernel>();
for (const { kernel } of allCases) variants.set(variantOf(kernel), kernel);
for (const { dispatches } of programMatrix()) {
  for (const { kernel } of dispatches) variants.set(variantOf(kernel), kernel);
}
const byFile = new Map<string, Kernel[]>();
for (const kernel of variants.values()) byFile.set(kernel.file, [...byFile.get(kernel.file) ?? [], kernel]);

describe('every variant that a program or a test uses is valid WGSL', () => {
  for (const [file, kernels] of byFile) {
    test(`${file}, ${kernels.length} variants`, async () => {
      for (const kernel of kernels) await compileKernel(devices.get(needsImmediates(kernel))!, kernel);
    });
  }

  test('no shader is left out', () => {
    const used = new Set([...variants.values()].flatMap(({ file, defines }) =>
      expand(file, defines).origins.map((origin) => origin.file)));
    const all = Object.keys(import.meta.glob('../../shaders/**/*.wgsl'))
      .map((path) => path.replace('../../shaders/', ''));
    expect([...used].sort()).toEqual(all.sort());
  });

  test('both ways to pass the time index are among them, and all optimisers', () => {
    const values = (name: string): unknown[] =>
      [...new Set([...variants.values()].map(({ defines }) => defines[name]).filter((value) => value !== undefined))];
    expect(values('IMMEDIATES').sort()).toEqual([false, true]);
    expect(values('OPTIMIZER').sort()).toEqual(['adagrad', 'adam', 'rmsprop', 'sgd']);
  });
});

describe('an invalid shader', () => {
  const [kernel] = byFile.get('cross_entropy.wgsl')!;
  const broken = (defines: Kernel['defines']): Promise<unknown> =>
    compileKernel(devices.get(true)!, { ...kernel!, defines: { ...kernel!.defines, ...defines } });

  test('is reported with its file and line', async () => {
    await expect(broken({ ROWS: 'many + 1' }))
      .rejects.toThrow(/^shaders\/cross_entropy\.wgsl:\d+: unresolved value 'many'/);
    await expect(broken({ ROWS: 'many + 1' })).rejects.toThrow(GpuError);
  });

  test('is reported where a pipeline of valid WGSL is not', async () => {
    const { file, defines, bindings } = kernel!;
    const fewer = Object.fromEntries(Object.entries(bindings).slice(0, 2));
    await expect(compileKernel(devices.get(true)!, { ...kernel!, file, defines, bindings: fewer }))
      .rejects.toThrow(/^cross_entropy\.wgsl: .*binding/is);
  });
});

describe('expanding a shader', () => {
  test('a missing define names file, line and define', () => {
    expect(() => expand('sum.wgsl', {})).toThrow(/^sum\.wgsl:18 needs a value for SIZE$/);
    const defines = { IMMEDIATES: true, SUBGROUPS: false, HALF: false, TIME_BINDING: 2, CELL: 'lstm', T: 1 };
    expect(() => expand('recurrence/sequence.wgsl', defines))
      .toThrow(/^lib\/gates\.wgsl:4 needs a value for GATE_COLUMNS$/);
  });

  test('a missing file is named', () => {
    expect(() => expand('sums.wgsl', {})).toThrow('shader sums.wgsl does not exist');
    expect(() => expand('recurrence/step.wgsl', { CELL: 'gru9', IMMEDIATES: true, SUBGROUPS: false }))
      .toThrow('shader cells/gru9.wgsl does not exist');
  });

  test('each line of the result knows the line that it came from', () => {
    const { code, origins } = expand('sum.wgsl', { SIZE: 12 });
    const lines = code.trimEnd().split('\n');
    expect(origins.length).toBe(lines.length);
    expect(lines[0]).toMatch(/^@group\(0\) @binding\(0\)/);
    const text = shader.split('\n');
    origins.forEach(({ file, line }, i) => {
      expect(file).toBe('sum.wgsl');
      expect(lines[i]!.trim()).toBe(text[line - 1]!.trim().replaceAll('${SIZE}', '12'));
    });
    expect(code).toContain('i < 12u');
    expect(code).not.toMatch(/[%$]|\/\//);
  });

  test('%unroll writes each line once a value, %{…} is arithmetic', () => {
    const kernel = byFile.get('matmul.wgsl')!.find(({ defines }) => defines['TILE_ROWS'] === 8)!;
    const { code } = expand('matmul.wgsl', kernel.defines);
    for (let r = 0; r < 8; r++) expect(code.match(new RegExp(`var sum${r}_0 =`, 'g'))).toHaveLength(1);
    expect(code).not.toContain('sum8_0');
  });
});
