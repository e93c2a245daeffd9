import type { Defines, Kernel } from './kernel.js';

/**
 * From a file under `shaders/` to WGSL: `#include "file"`, `#phases "file"` (once for each phase of a cell, `%p` and
 * `${NAME}` being the phase's), then `${NAME}`, then `#if value` … `#elif value` … `#else` … `#endif`, then
 * `%unroll i N` … `%end`, which writes its lines N times with `%i` (and `%{4*i+j}`) replaced.
 * Registers cannot be indexed and no driver is sure to unroll, so register tiles are unrolled here.
 */
const files = import.meta.glob<string>([
  '../../shaders/**/*.wgsl',
  '!../../shaders/{cells,optimizers}/*.wgsl',
  '!../../shaders/{add,columns,lanes,normalise,sample}.wgsl',
  '!../../shaders/recurrence/{initial_backward,initial_dropout,scan,scan_backward}.wgsl',
  '!../../shaders/lib/{advance_normed,arrive,lanes_n,lanes_nt,linear_cell,lstm_step,retreat_normed,row_norm,scan}.wgsl',
], { query: '?raw', import: 'default', eager: true });
const usual = import.meta.glob<string>('../../shaders/{cells/lstm,optimizers/adam}.wgsl', {
  query: '?raw', import: 'default', eager: true,
});
const known = new Map(Object.entries({ ...files, ...usual }));

/** No shader has that name; or it is one of those that are loaded later. */
class MissingShaderError extends Error {}

/** Takes in all shaders that are not there from the start. */
export async function loadMoreShaders(): Promise<void> {
  const { moreShaders } = await import('./more-shaders.js');
  for (const [path, text] of Object.entries(moreShaders)) known.set(path, text);
}

/** Expands a kernel's shader, and loads it first where it is not there. @throws Error as {@link expand}. */
export async function sourceOf({ file, defines }: Pick<Kernel, 'file' | 'defines'>): Promise<Source> {
  try {
    return expand(file, defines);
  } catch (error) {
    if (!(error instanceof MissingShaderError)) throw error;
    await loadMoreShaders();
    return expand(file, defines);
  }
}

/** WGSL text, and for each of its lines the file and line that it came from. */
export interface Source {
  readonly code: string;
  readonly origins: readonly Origin[];
}
export interface Origin { readonly file: string; readonly line: number }

/** A line on its way through the steps. */
interface Line { readonly text: string; readonly origin: Origin }

/** Expands `file`. @throws Error that names file and line where a file or a define is missing. */
export function expand(file: string, defines: Defines): Source {
  const included = include(file, { defines, seen: new Set(), phase: undefined });
  const lines = unroll(choose(included.map((line) => fill(line, defines))), new Map())
    .filter(({ text }) => text.trim() !== '');
  return { code: lines.map(({ text }) => `${text}\n`).join(''), origins: lines.map(({ origin }) => origin) };
}

interface Inclusion {
  readonly defines: Defines;
  /** Files that are there already, each once; a phase's own come again for each phase. */
  readonly seen: Set<string>;
  readonly phase: number | undefined;
}

function include(file: string, inclusion: Inclusion): Line[] {
  const { defines, seen, phase } = inclusion;
  const text = known.get(`../../shaders/${file}`);
  if (text === undefined) throw new MissingShaderError(`shader ${file} does not exist`);
  if (seen.has(file)) return [];
  if (phase === undefined) seen.add(file);
  return text.split('\n').flatMap((line, index): Line[] => {
    const directive = /^#(include|phases) "(.+)"/.exec(line);
    if (directive) {
      const included = directive[2]!.replace(NAMED, (_, name: string) => String(defines[name]));
      if (directive[1] === 'include') return include(included, inclusion);
      const [first, end] = [Number(defines['FIRST_PHASE']), Number(defines['END_PHASE'])];
      return Array.from({ length: end - first }, (_, p) =>
        include(included, { ...inclusion, phase: first + p })).flat();
    }
    const [code] = line.split('//');
    return [{ text: ofPhase(code!.trimEnd(), defines, phase), origin: { file, line: index + 1 } }];
  });
}

const NAMED = /\$\{(\w+)\}/g;

/** `%p` and the defines of one phase, `NAME_0` for `NAME` in phase 0. */
function ofPhase(code: string, defines: Defines, phase: number | undefined): string {
  if (phase === undefined) return code;
  return code
    .replace(/%p/g, String(phase))
    .replace(NAMED, (text, name: string) => (`${name}_${phase}` in defines ? `\${${name}_${phase}}` : text));
}

function fill({ text, origin }: Line, defines: Defines): Line {
  const filled = text.replace(NAMED, (_, name: string) => {
    const value = defines[name];
    if (value === undefined) throw new Error(`${origin.file}:${origin.line} needs a value for ${name}`);
    return String(value);
  });
  return { text: filled, origin };
}

/** Whether the branch that holds of an `#if` is still to come, is read now, or is over. */
type Branch = 'ahead' | 'here' | 'over';

/** Leaves the lines of branches that hold: the first of an `#if` whose value is not false, 0 or empty. */
function choose(lines: readonly Line[]): Line[] {
  const open: Branch[] = [];
  const left = lines.filter(({ text, origin }) => {
    const directive = /^\s*#(if|elif|else|endif)\b\s*(.*)/.exec(text);
    if (!directive) return open.every((branch) => branch === 'here');
    const [, name, value] = directive;
    const now: Branch = name === 'else' || !['false', '0', ''].includes(value!) ? 'here' : 'ahead';
    const last = name === 'if' ? 'ahead' : open.pop();
    if (!last) throw new Error(`${origin.file}:${origin.line} has #${name} without #if`);
    if (name !== 'endif') open.push(last === 'ahead' ? now : 'over');
    return false;
  });
  if (open.length > 0) throw new Error(`${lines[0]!.origin.file} has #if without #endif`);
  return left;
}

function unroll(lines: readonly Line[], variables: ReadonlyMap<string, number>): Line[] {
  const out: Line[] = [];
  for (let at = 0; at < lines.length; at++) {
    const { text, origin } = lines[at]!;
    const start = /^\s*%unroll ([a-z]) (\d+)/.exec(text);
    if (!start) {
      out.push({ text: substitute(text, variables), origin });
      continue;
    }
    const end = blockEnd(lines, at);
    for (let value = 0; value < Number(start[2]); value++) {
      out.push(...unroll(lines.slice(at + 1, end), new Map(variables).set(start[1]!, value)));
    }
    at = end;
  }
  return out;
}

function blockEnd(lines: readonly Line[], start: number): number {
  for (let at = start + 1, depth = 1; at < lines.length; at++) {
    const { text } = lines[at]!;
    if (/^\s*%unroll /.test(text)) depth++;
    if (/^\s*%end\b/.test(text) && --depth === 0) return at;
  }
  const { text, origin } = lines[start]!;
  throw new Error(`${origin.file}:${origin.line} has %unroll without %end: ${text.trim()}`);
}

function substitute(line: string, variables: ReadonlyMap<string, number>): string {
  const value = (name: string): number => variables.get(name) ?? Number(name);
  const product = (term: string): number => term.split('*').reduce((p, factor) => p * value(factor.trim()), 1);
  return line
    .replace(/%\{([^}]+)\}/g, (_, sum: string) =>
      String(sum.split('+').reduce((s, term) => s + product(term), 0)))
    .replace(/%([a-z])/g, (text, name: string) => (variables.has(name) ? String(variables.get(name)) : text));
}
