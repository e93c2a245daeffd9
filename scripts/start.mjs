// Sets up with the command's own arguments, then runs it.
//   node scripts/start.mjs FILE.ts [arguments]
import { setUp } from './lib/set-up.mjs';

const args = process.argv.slice(3);
// No browser is looked for where none will be used.
const browserless = args.some((arg) => ['--cpu', '--help', '-h'].includes(arg));
try {
  await setUp(browserless ? ['--no-browser'] : args);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
await import('./run.mjs');
