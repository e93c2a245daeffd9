import { UsageError } from '../options.js';
import { tasks } from './engine.js';
import { experiments, reproduce, requirements, rivalry } from './commands.js';
import { listText } from './listing.js';
import { type LabCommand, parseLab } from './options.js';

/** Returns the exit code: 0 done, 1 failed, 2 the arguments cannot be used, 130 interrupted. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await carryOut(parseLab(args));
  } catch (error) {
    if (error instanceof UsageError) {
      (error.exitCode === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
      return error.exitCode;
    }
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof RangeError ? 2 : 1;
  }
}

async function carryOut(command: LabCommand): Promise<number> {
  switch (command.kind) {
    case 'list':
      process.stdout.write(`${listText(tasks)}\n`);
      return 0;
    case 'experiment': return experiments(command);
    case 'requirements': return requirements(command);
    case 'rivals': return rivalry(command);
    case 'reproduce': return reproduce(command);
  }
}
