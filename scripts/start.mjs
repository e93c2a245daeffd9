// Sets up what the command's arguments ask for, then runs it.
//   node scripts/start.mjs FILE.ts [arguments]
import { setUp } from './lib/set-up.mjs';

const args = process.argv.slice(3);
// No browser is looked for where none will be used, or one is named: the command itself says whether that one is good.
const inNode = args.some((arg, i) => arg === '--runtime=node' || (arg === 'node' && args[i - 1] === '--runtime'));
// The lab's list of tasks is printed, and its rival algorithms run on the CPU.
const listed = /(^|[\\/])lab\.ts$/.test(process.argv[2] ?? '') && (args.length === 0 || args[0] === 'rivals');
const browserless = inNode || listed ||
  args.some((arg) => ['--cpu', '--help', '-h'].includes(arg) || arg.startsWith('--chrome'));
try {
  await setUp(browserless ? ['--no-browser'] : []);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
await import('./run.mjs');
