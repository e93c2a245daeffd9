// Makes a fresh clone ready (scripts/lib/set-up.mjs).
//   node scripts/setup.mjs [--no-browser] [--chrome PATH]
// npm runs it before test, build and playground; start and bench set up by scripts/start.mjs, because npm keeps their
// arguments from what runs before them.
import { setUp } from './lib/set-up.mjs';

try {
  await setUp(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
