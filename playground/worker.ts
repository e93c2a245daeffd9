// The worker: opens the GPU, keeps the text and one run, and answers the page's messages.
import {
  adam, createTrainer, decodeCheckpoint, type Device, DeviceLostError, embedding, linear, openDevice,
  recurrent, resumeTrainer, sequential, type TextCorpus, textCorpus, unigramEntropy,
} from '../src/index.js';
import type { FromWorker, Sampling, Settings, ToWorker } from './messages.js';
import { describe, Run, type SavedRun } from './run.js';

const CLIP_NORM = 5;
const OPENING = 12;

/** What a run goes on from when the GPU is back. */
interface Lost { readonly saved: SavedRun; readonly sampling: Sampling; readonly corpus: TextCorpus }

const post = (message: FromWorker): void => self.postMessage(message);

let opening = open();
let corpus: TextCorpus | undefined;
let run: Run | undefined;
let life: Promise<void> = Promise.resolve();
let lost: Lost | undefined;

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  switch (data.type) {
    case 'text': return readText(data.name, new Uint8Array(data.bytes));
    case 'start': return begin(data.settings, data.sampling);
    case 'pause': return run?.pause();
    case 'resume': return lost ? begin(undefined, lost.sampling) : run?.resume();
    case 'stop': return end();
    case 'sampling': return resample(data.sampling);
  }
};

async function open(): Promise<Device | undefined> {
  try {
    const device = await openDevice();
    post({ type: 'adapter', name: device.adapter.name, software: device.adapter.software });
    return device;
  } catch (error) {
    post({ type: 'problem', of: 'gpu', message: describe(error) });
    return undefined;
  }
}

function readText(name: string, bytes: Uint8Array): void {
  try {
    const read = textCorpus(bytes, { name });
    const { symbols, size } = read.vocabulary;
    const opening = Array.from(read.tokens.subarray(0, OPENING), (token) => symbols[token]).join('');
    corpus = read;
    const entropy = unigramEntropy(read.tokens, size);
    post({ type: 'text', name, characters: read.length, vocabulary: size, entropy, opening });
  } catch (error) {
    post({ type: 'problem', of: 'text', message: describe(error) });
  }
}

/** Starts a run with `settings`, or the lost one again without. The one before is closed first. */
function begin(settings: Settings | undefined, sampling: Sampling): void {
  post({ type: 'state', state: 'starting' });
  run?.close();
  life = life.then(() => carryOut(settings, sampling));
}

async function carryOut(settings: Settings | undefined, sampling: Sampling): Promise<void> {
  const text = settings ? corpus : lost?.corpus;
  const saved = settings ? undefined : lost?.saved;
  lost = undefined;
  const device = await opening;
  if (!device || !text) return post({ type: 'state', state: 'idle' });
  let current: Run | undefined;
  try {
    const trainer = saved
      ? await resumeTrainer(device, decodeCheckpoint(saved.bytes))
      : await createTrainer(device, modelOf(settings!, text), optionsOf(settings!));
    current = run = new Run(trainer, text, sampling, post, saved);
    await current.live();
  } catch (error) {
    const gone = await deviceLoss(device, error);
    if (!gone) fail(describe(error));
    else recover(gone, current?.saved ?? saved, { sampling, corpus: text });
  } finally {
    if (run === current) run = undefined;
  }
}

const modelOf = ({ cell, embedding: width, units, layers }: Settings, { vocabulary: { size } }: TextCorpus) =>
  sequential([embedding(size, width), recurrent(cell, units, { layers }), linear(size)]);

const optionsOf = ({ rate, timeSteps, batch, seed }: Settings) =>
  ({ optimizer: adam({ rate }), clip: { norm: CLIP_NORM }, timeSteps, batch, seed });

/** The loss of the device behind `error`, if that is what it was: a call may fail before the loss is announced. */
async function deviceLoss(device: Device, error: unknown): Promise<DeviceLostError | undefined> {
  if (error instanceof DeviceLostError) return error;
  if (error instanceof RangeError) return undefined;
  return Promise.race([device.lost, new Promise<undefined>((resolve) => setTimeout(resolve, 100))]);
}

function fail(message: string): void {
  post({ type: 'problem', of: 'run', message });
  post({ type: 'state', state: 'idle' });
}

/** Opens the GPU anew and offers to go on from what was saved. */
function recover(gone: DeviceLostError, saved: SavedRun | undefined, rest: Omit<Lost, 'saved'>): void {
  opening = open();
  const reason = /\((.*?)\)/.exec(gone.message)?.[1];
  const what = `The GPU went away${reason ? ` (${reason})` : ''}.`;
  if (!saved) return fail(`${what} Press Start to begin again.`);
  lost = { saved, ...rest };
  const message = `${what} Press Resume to open it again and go on from step ${saved.step}.`;
  post({ type: 'problem', of: 'run', message });
  post({ type: 'state', state: 'lost' });
}

function end(): void {
  if (lost) {
    lost = undefined;
    return post({ type: 'state', state: 'idle' });
  }
  if (run) post({ type: 'state', state: 'stopping' });
  run?.stop();
}

function resample(sampling: Sampling): void {
  if (lost) lost = { ...lost, sampling };
  run?.resample(sampling);
}
