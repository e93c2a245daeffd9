// The command line: `npm start -- --help`.
import { main } from './lib/train.js';

process.exitCode = await main(process.argv.slice(2));
