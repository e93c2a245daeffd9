// The lint rules that keep imports running one way, tried on files that break them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What each folder of src may import; `type:` for types alone. */
const MAY: Record<string, string[]> = {
  random: [],
  io: [],
  cells: ['random'],
  model: ['cells', 'random'],
  kernels: ['cells', 'model', 'random'],
  gpu: ['type:kernels'],
  schedule: ['kernels', 'gpu', 'model', 'cells'],
  layers: ['schedule', 'kernels', 'model', 'cells'],
  reference: ['model', 'cells', 'random', 'tasks'],
  data: ['random'],
  tasks: ['data', 'model', 'random'],
  train: ['cells', 'data', 'gpu', 'io', 'kernels', 'layers', 'model', 'random', 'reference', 'schedule', 'tasks'],
  lab: [
    'cells', 'data', 'gpu', 'io', 'kernels', 'layers', 'model', 'random', 'reference', 'schedule', 'tasks', 'train',
  ],
};
const FOLDERS = Object.keys(MAY);

let project: string;

interface Diagnostic { filename: string; code: string }

/** Lints files in a project with this repository's rules; returns the names of those with a forbidden import. */
function refused(files: Record<string, string>): string[] {
  rmSync(join(project, 'src'), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  const oxlint = resolve('node_modules/oxlint/bin/oxlint');
  let output: string;
  try {
    output = execFileSync(process.execPath, [oxlint, '--format', 'json'], { cwd: project, encoding: 'utf8' });
  } catch (error) {
    output = (error as { stdout: string }).stdout; // oxlint exits 1 when it finds something
  }
  const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] };
  const hits = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'));
  return [...new Set(hits.map(({ filename }) => filename.replaceAll('\\', '/')))].sort();
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'latch-lint-'));
  cpSync('.oxlintrc.json', join(project, '.oxlintrc.json'));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('every folder may import what it is allowed, and nothing else', () => {
  const files: Record<string, string> = {};
  const wrong: string[] = [];
  for (const folder of FOLDERS) {
    for (const other of FOLDERS) {
      if (other === folder) continue;
      for (const kind of ['value', 'type'] as const) {
        const name = `src/${folder}/${other}-${kind}.ts`;
        const from = `'../${other}/thing.js'`;
        files[name] = kind === 'value'
          ? `import { thing } from ${from};\nexport const x = thing;\n`
          : `import type { Thing } from ${from};\nexport type X = Thing;\n`;
        const allowed = MAY[folder].includes(other) || (kind === 'type' && MAY[folder].includes(`type:${other}`));
        if (!allowed) wrong.push(name);
      }
    }
  }
  expect(refused(files)).toEqual(wrong.sort());
});

test('re-exports, deeper files and the public face are no way around', () => {
  const files = {
    'src/reference/again.ts': "export { thing } from '../kernels/thing.js';\n",
    'src/reference/deep/er.ts': "import { thing } from '../../gpu/thing.js';\nexport const x = thing;\n",
    'src/cells/face.ts': "import { thing } from '../index.js';\nexport const x = thing;\n",
    'src/lab/face.ts': "import { thing } from '../index.js';\nexport const x = thing;\n",
    'src/train/bench.ts': "import { thing } from '../../bench/thing.js';\nexport const x = thing;\n",
    'src/io/node.ts': "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
    'src/train/dawn.ts': "import { create } from 'webgpu';\nexport const x = create;\n",
  };
  expect(refused(files)).toEqual(Object.keys(files).sort());
});

test('index.ts and a folder itself are free', () => {
  expect(refused({
    'src/index.ts': "export { a } from './gpu/a.js';\nexport { b } from './train/b.js';\n",
    'src/gpu/a.ts': "import { c } from './c.js';\nexport const a = c;\n",
    'src/gpu/deep/d.ts': "import { c } from '../c.js';\nexport const d = c;\n",
    'src/kernels/index-use.ts': "import { lstm } from '../cells/index.js';\nexport const k = lstm;\n",
  })).toEqual([]);
});
