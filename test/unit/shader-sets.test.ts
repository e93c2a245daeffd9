import { expect, test } from 'vitest';
import { moreShaders } from '../../src/kernels/more-shaders.js';
import { expand } from '../../src/kernels/source.js';

const all = Object.keys(import.meta.glob('../../shaders/**/*.wgsl')).map((path) => path.replace('../../shaders/', ''));

/** Whether it is there before {@link moreShaders} are loaded, which nothing in this file does. */
function thereFromTheStart(file: string): boolean {
  try {
    expand(file, {});
    return true;
  } catch (error) {
    return (error as Error).message !== `shader ${file} does not exist`; // it may lack a define, or what it includes
  }
}

test('every shader is there from the start or loaded later: none both ways, none in neither', () => {
  const first = all.filter(thereFromTheStart);
  const later = Object.keys(moreShaders).map((path) => path.replace('../../shaders/', ''));
  expect(first).toContain('recurrence/sequence.wgsl');
  expect(later).toContain('recurrence/scan.wgsl');
  expect([...first, ...later].sort()).toEqual(all.sort());
});
