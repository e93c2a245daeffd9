import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
import type { Defines, Kernel } from './kernel.js';

/**
 * From a file under `shaders/` to WGSL: `#include "file"`, but where an `#if` leaves it out, `#phases "file"` (once for
 * each phase of a cell, `%p` and `${NAME}` being the phase's), then `wgsl-preprocessor` (`#if ${NAME}` … `#endif`,
 * `${NAME}`), then `%unroll i N` … `%end`, which writes its lines N times with `%i` (and `%{4*i+j}`) replaced.
 * Registers cannot be indexed and no driver is sure to unroll, so register tiles are unrolled here.
 */
const files = import.meta.glob<string>([
  '../../shaders/**/*.wgsl',
  '!../../shaders/{cells,optimizers,probe,tasks}/*.wgsl',
  '!../../shaders/{add,columns,lanes,normalise,sample}.wgsl',
  '!../../shaders/recurrence/{initial_backward,initial_dropout,scan,scan_backward,wavefront,wavefront_backward}.wgsl',
  '!../../shaders/lib/{advance_normed,arrive,delta_of_some,gates_of_others,half,keep,lanes_n,lanes_nt}.wgsl',
  '!../../shaders/lib/{layer_input,linear_cell,lstm_step,masks,own,own_gradient,retreat_normed,row_norm,scan}.wgsl',
  '!../../shaders/lib/{masked_back,settled,source_of_layers,source_of_layers_back,stayed}.wgsl',
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

/** Expands `file`. @throws Error that names file and line where a file or a define is missing. */
export function expand(file: string, defines: Defines): Source {
  const origins: Origin[] = [];
  const marked = include(file, { defines, origins, seen: new Set(), phase: undefined });
  const processed = wgsl(...template(marked, defines, origins));
  const lines = unroll(processed.split('\n'), new Map());
  const kept = lines.map(splitMark).filter((line) => line.text.trim() !== '');
  return { code: kept.map((line) => line.text).join('\n') + '\n', origins: kept.map((line) => origins[line.mark]!) };
}

// Each line carries `//@n`, its origin's index, through the preprocessor, which shifts line numbers.
const MARK = /\/\/@(\d+)$/;

function splitMark(line: string): { text: string; mark: number } {
  const match = MARK.exec(line);
  return match ? { text: line.slice(0, match.index).trimEnd(), mark: Number(match[1]) } : { text: line, mark: 0 };
}

interface Inclusion {
  readonly defines: Defines;
  readonly origins: Origin[];
  /** Files that are there already, each once; a phase's own come again for each phase. */
  readonly seen: Set<string>;
  readonly phase: number | undefined;
}

function include(file: string, inclusion: Inclusion): string {
  const { defines, origins, seen, phase } = inclusion;
  const text = known.get(`../../shaders/${file}`);
  if (text === undefined) throw new MissingShaderError(`shader ${file} does not exist`);
  if (seen.has(file)) return '';
  if (phase === undefined) seen.add(file);
  const conditions: Condition[] = [];
  const lines = text.split('\n').map((line, index) => {
    const [code] = line.split('//');
    follow(conditions, line, (name) => defines[`${name}_${phase}`] ?? defines[name]);
    const directive = /^#(include|phases) "(.+)"/.exec(line);
    if (directive) {
      if (conditions.some(({ holds }) => !holds)) return '';
      const included = directive[2]!.replace(/\$\{(\w+)\}/g, (_, name: string) => String(defines[name]));
      if (directive[1] === 'include') return include(included, inclusion);
      const [first, end] = [Number(defines['FIRST_PHASE']), Number(defines['END_PHASE'])];
      return Array.from({ length: end - first }, (_, p) =>
        include(included, { ...inclusion, phase: first + p })).join('\n');
    }
    origins.push({ file, line: index + 1 });
    return `${ofPhase(code!.trimEnd(), defines, phase)} //@${origins.length - 1}`;
  });
  return lines.join('\n');
}

/** A part under `#if`: whether it stands, and whether it or one before it did. */
interface Condition { holds: boolean; settled: boolean }

/** Keeps count of the parts around a line: what is left out includes nothing, so that it need not be there. */
function follow(conditions: Condition[], line: string, valueOf: (name: string) => unknown): void {
  const [, word, name] = /^#(if|elif|else|endif)(?: \$\{(\w+)\})?/.exec(line) ?? [];
  if (word === 'endif') conditions.pop();
  else if (word) {
    const value = name ? valueOf(name) : true; // undefined: an error, which the template tells with its line
    const { settled } = word === 'if' ? { settled: false } : conditions.pop()!;
    conditions.push({ holds: !settled && value === true, settled: settled || value !== false });
  }
}

/** `%p` and the defines of one phase, `NAME_0` for `NAME` in phase 0. */
function ofPhase(code: string, defines: Defines, phase: number | undefined): string {
  if (phase === undefined) return code;
  return code
    .replace(/%p/g, String(phase))
    .replace(/\$\{(\w+)\}/g, (text, name: string) => (`${name}_${phase}` in defines ? `\${${name}_${phase}}` : text));
}

function template(text: string, defines: Defines, origins: readonly Origin[]): [TemplateStringsArray, ...unknown[]] {
  const parts = text.split(/\$\{(\w+)\}/);
  const strings = parts.filter((_, i) => i % 2 === 0);
  const values = parts.filter((_, i) => i % 2 === 1).map((name, i) => {
    const value = defines[name];
    if (value === undefined) {
      const origin = origins[Number(/\/\/@(\d+)/.exec(strings.slice(i + 1).join(''))?.[1] ?? 0)];
      throw new Error(`${origin?.file}:${origin?.line} needs a value for ${name}`);
    }
    return value;
  });
  return [Object.assign(strings, { raw: strings }) as unknown as TemplateStringsArray, ...values];
}

function unroll(lines: readonly string[], variables: ReadonlyMap<string, number>): string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const start = /^\s*%unroll ([a-z]) (\d+)/.exec(line);
    if (!start) {
      out.push(substitute(line, variables));
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

function blockEnd(lines: readonly string[], start: number): number {
  for (let at = start + 1, depth = 1; at < lines.length; at++) {
    if (/^\s*%unroll /.test(lines[at]!)) depth++;
    if (/^\s*%end\b/.test(lines[at]!) && --depth === 0) return at;
  }
  throw new Error(`%unroll without %end: ${lines[start]}`);
}

function substitute(line: string, variables: ReadonlyMap<string, number>): string {
  const value = (name: string): number => variables.get(name) ?? Number(name);
  const product = (term: string): number => term.split('*').reduce((p, factor) => p * value(factor.trim()), 1);
  return line
    .replace(/%\{([^}]+)\}/g, (_, sum: string) =>
      String(sum.split('+').reduce((s, term) => s + product(term), 0)))
    .replace(/%([a-z])/g, (text, name: string) => (variables.has(name) ? String(variables.get(name)) : text));
}
