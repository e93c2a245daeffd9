import { type Tensor, writeSafetensors } from '../io/safetensors.js';
import type { Snapshot } from '../model/engine.js';
import { type Checkpoint, type Flat, KEY, RANDOM, type TensorEntry, tensorPlan, VERSION } from './checkpoint.js';

/**
 * A checkpoint as a safetensors file: parameters under PyTorch's names and shapes (all trials of a run stacked in
 * front, [N, …], where there is more than one), `optimizer.<state>.<name>`, `state.<layer>.<state>_l<k>`; the rest as
 * JSON metadata.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { model, timeSteps, batch, seeds, optimizer, clip, driver, rates, step, cursor } = checkpoint;
  const { strategy, recompute, precision, vocabulary, text, adapter, snapshot } = checkpoint;
  const tensors = new Map<string, Tensor>();
  for (const entry of tensorPlan(checkpoint)) {
    tensors.set(entry.name, tensor(entry.shape, readEntry(entry, snapshot, seeds.length)));
  }
  const metadata = {
    version: VERSION, model: model.layers, timeSteps, batch, seeds, optimizer, clip, driver, rates, strategy,
    recompute, precision, step, cursor, random: RANDOM, vocabulary: vocabulary.symbols, text, adapter,
  };
  return writeSafetensors(tensors, { format: 'pt', [KEY]: JSON.stringify(metadata) });
}

function readEntry({ count, index, source }: TensorEntry, snapshot: Snapshot, trials: number): Flat {
  const flat = source(snapshot);
  const out = flat instanceof Float64Array ? new Float64Array(trials * count) : new Float32Array(trials * count);
  for (let n = 0; n < trials; n++) {
    for (let e = 0; e < count; e++) out[n * count + e] = flat[(n * flat.length) / trials + index(e)]!;
  }
  return out;
}

const tensor = (shape: readonly number[], data: Flat): Tensor => ({
  dtype: data instanceof Float64Array ? 'F64' : 'F32', shape: [...shape], data,
} as Tensor);
