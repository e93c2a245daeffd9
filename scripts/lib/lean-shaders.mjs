import { readFile } from 'node:fs/promises';

/**
 * Vite plugin: in builds, shaders lose comments and indentation but keep their lines, so that errors still name the right one.
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
      return `export default ${JSON.stringify(text.replace(/[ \t]*\/\/.*$|^[ \t]+/gm, ''))};`;
    },
  };
}
