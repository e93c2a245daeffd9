import { readFile } from 'node:fs/promises';

/**
 * A shader without comments, indentation and blanks beside signs; minus and slash keep theirs where another may follow.
 * @param {string} wgsl
 */
const lean = (wgsl) => wgsl
  .replace(/[ \t]*\/\/.*$|^[ \t]+/gm, '')
  .replace(/ *([=+*,;:<>|&!]+) */g, '$1')
  .replace(/ ([-/]) (?=[\w(])/g, '$1')
  .replace(/ *([(){}]) */g, '$1');

/**
 * Vite plugin: in builds, shaders are lean but keep their lines, so that errors still name the right one.
 * @returns {import('vite').Plugin}
 */
export function leanShaders() {
  return {
    name: 'lean-shaders',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.wgsl?raw')) return null;
      const text = await readFile(id.slice(0, -'?raw'.length), 'utf8');
      return `export default ${JSON.stringify(lean(text))};`;
    },
  };
}
