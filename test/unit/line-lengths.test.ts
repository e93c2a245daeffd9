import { expect, test } from 'vitest';

const files = import.meta.glob<string>([
  '/{bench,playground,scripts,shaders,src,test}/**/*.{ts,mjs,wgsl}', '/*.{ts,mjs}',
], { query: '?raw', import: 'default', eager: true });

test('no line of the code has more than 120 characters', () => {
  expect(Object.keys(files).length).toBeGreaterThan(300);
  const long = Object.entries(files).flatMap(([path, text]) => text.split('\n').flatMap((line, i) => {
    const characters = [...line].length;
    return characters > 120 ? [`${path.slice(1)}:${i + 1} has ${characters}`] : [];
  }));
  expect(long).toEqual([]);
});
