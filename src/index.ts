// The public face of Latch, and nothing that is not public.
export {
  type AdapterDescription, type Device, DeviceLostError, type DeviceOptions, GpuError, openDevice,
} from './gpu/device.js';
export {
  type Activation, embedding, gru, type GruOptions, input, type LayerDescription, linear, lstm, type LstmOptions,
  type Model, oneHot, rnn, type RnnOptions, sequential,
} from './model/description.js';
export {
  type Bias, INITIAL_SCHEMES, type InitialScheme, isRecurrentOption, recurrent, type RecurrentDescription,
  type RecurrentOptions, type Zoneout,
} from './model/recurrent.js';
export { type CellKind, type CellOptions, cells, type PeepholeGate } from './cells/index.js';
export { crossEntropy, type LossDescription } from './model/losses.js';
export type { Snapshot } from './model/engine.js';
export { adagrad, adam, type Clip, type OptimizerDescription, rmsprop, sgd } from './model/optimizers.js';
export { type TextCorpus, textCorpus, type TextCorpusOptions, unigramEntropy, Vocabulary } from './data/text.js';
export {
  createReferenceTrainer, createTrainer, resumeReferenceTrainer, resumeTrainer, type TrainerOptions, type TuneOptions,
  tuneStrategy,
} from './train/create.js';
export type { Tried, Tuning } from './train/tuning.js';
export type {
  GradientInput, NamedStates, Network, NetworkGradients, NetworkInput, NetworkOptions, NetworkResult,
} from './model/network.js';
export { createNetwork, createReferenceNetwork, type GpuNetworkOptions } from './train/create-network.js';
export {
  type FitOptions, type GenerationOptions, Trainer, TrainingDivergedError, type TrainingStep,
} from './train/trainer.js';
export type { Checkpoint } from './train/checkpoint.js';
export { CheckpointError, decodeCheckpoint } from './train/checkpoint-read.js';
export { SafetensorsError } from './io/safetensors.js';
export { explain, explainTable, type ProgramRow } from './schedule/explain.js';
export { type Driver, DRIVERS } from './kernels/recurrence.js';
export { type Precision, PRECISIONS } from './model/engine.js';
