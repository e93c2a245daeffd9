import type { Task } from '../../../src/tasks/task.js';

const WIDTH = 110;

/** Tasks by paper, each with its options: what `npm run lab` prints. */
export function listText(tasks: readonly Task[]): string {
  const papers = new Map<string, Task[]>();
  for (const task of tasks) {
    const { paper } = sourceOf(task);
    papers.set(paper, [...papers.get(paper) ?? [], task]);
  }
  const width = Math.max(...tasks.map(({ name }) => name.length));
  const blocks = [...papers].map(([paper, some]) => [paper, ...some.map((task) => taskText(task, width))].join('\n'));
  return [
    ...blocks,
    'Run one with npm run lab -- TASK, its options with --length, --noise or --set name=value; all others are\n' +
      'listed by npm run lab -- --help.',
  ].join('\n\n');
}

/** `Hochreiter & Schmidhuber 1997, experiment 6a`: the paper ends with its year. */
export function sourceOf({ source }: Pick<Task, 'source'>): { paper: string; place: string } {
  const found = /^(.*?\b(?:19|20)\d\d[a-z]?)\b[,;:]?\s*(.*)$/.exec(source);
  return found ? { paper: found[1]!, place: found[2]! } : { paper: source, place: '' };
}

function taskText(task: Task, width: number): string {
  const { place } = sourceOf(task);
  const lines = [
    `${task.title}${place ? ` (${place})` : ''}`,
    ...Object.entries(task.options).map(([name, { default: value, min, max, about }]) =>
      `${name} ${value} (${min} to ${max}): ${about}`),
  ].flatMap((line) => wrap(line, WIDTH - width - 4));
  return lines.map((line, i) => `  ${(i === 0 ? task.name : '').padEnd(width)}  ${line}`).join('\n');
}

/** At words; further lines are set in. */
function wrap(line: string, width: number): string[] {
  const cut = line.length > width ? line.lastIndexOf(' ', width) : -1;
  return cut > 2 ? [line.slice(0, cut), ...wrap(`  ${line.slice(cut + 1)}`, width)] : [line];
}
