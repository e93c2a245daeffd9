import { type Checkpoint, CheckpointError, decodeCheckpoint, type TextCorpus, textCorpus } from '../../src/index.js';
import type { SessionInputs, SessionRequest } from '../pages/events.js';
import { runSession } from '../pages/session.js';
import { runInChrome } from './chrome-session.js';
import { loadText, readNamed } from './corpus.js';
import { catchInterrupts } from './interrupt.js';
import { parseOptions, type TrainOptions, UsageError } from './options.js';
import { Run } from './run.js';
import { checkResumed, checkSteps, PRESETS, shapeOf } from './settings.js';

const CHECKPOINT_SECONDS = 20;
const MOBY_DICK_PRIME = 'Call me ';
const LONGEST_PRIME = 4096;
const INTERRUPTED = 130; // 128 + SIGINT, as shells report it

/** The command line. Returns the exit code: 0 done, 1 failed, 2 the arguments cannot be used, 130 interrupted. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await train(parseOptions(args));
  } catch (error) {
    if (error instanceof UsageError) {
      (error.exitCode === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
      return error.exitCode;
    }
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function train(options: TrainOptions): Promise<number> {
  const { inputs, request } = await prepare(options);
  const run = new Run(options, request.textName);
  const interrupts = catchInterrupts(() => run.interrupted(), () => process.exit(INTERRUPTED));
  try {
    const finished = options.cpu
      ? await runSession(request, inputs, run, interrupts.signal)
      : await runInChrome(request, inputs, run, interrupts.signal, options);
    if (finished) await run.finish(finished);
    return finished?.interrupted ? INTERRUPTED : 0;
  } catch (error) {
    throw run.failed(error);
  } finally {
    interrupts.release();
  }
}

/** All that can be refused before a browser starts is refused here. */
async function prepare(options: TrainOptions): Promise<{ inputs: SessionInputs; request: SessionRequest }> {
  const { shape, steps, temperature, cpu, explain, tune, text: file, resume: resumeFile, checkpoint } = options;
  const text = await loadText(file);
  const resume = resumeFile === undefined ? undefined : await readNamed('--resume', resumeFile);
  const corpus = textCorpus(text.content, { name: text.name });
  const kept = resume && decode(resumeFile!, resume);
  if (kept) {
    refuse(resumeFile!, () => shapeOf(kept));
    checkResumed(shape, kept);
    if (steps !== undefined) checkSteps(steps, true, kept.step);
  }
  // The smaller defaults: whether the adapter gets larger ones is not known yet.
  const { batch = PRESETS.software.batch, time = PRESETS.software.time } = kept ? shapeOf(kept) : shape;
  corpus.split({ batch, timeSteps: time });
  const prime = checkPrime(options.prime ?? (file === undefined ? MOBY_DICK_PRIME : ''), corpus);
  return {
    inputs: { text: text.content, resume },
    request: {
      shape, steps, textName: text.name, temperature, prime, cpu, explain, tune,
      checkpointSeconds: checkpoint === undefined ? 0 : CHECKPOINT_SECONDS,
    },
  };
}

const decode = (file: string, bytes: Uint8Array): Checkpoint => refuse(file, () => decodeCheckpoint(bytes));

function refuse<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CheckpointError(`--resume ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkPrime(prime: string, corpus: TextCorpus): string {
  const { length } = corpus.vocabulary.encode(prime, '--prime');
  if (length > LONGEST_PRIME) {
    throw new UsageError(`error: --prime has ${length} characters. Give at most ${LONGEST_PRIME}.`, 2);
  }
  return prime;
}
