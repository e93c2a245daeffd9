// The command line of the lab: `npm run lab -- --help`.
import { main } from './lib/lab/main.js';

process.exitCode = await main(process.argv.slice(2));
