/**
 * What a page may ask for after its first step, in one file that is loaded then: were there several, bundlers would cut
 * what each shares with the first load out of it, piece by piece, and pieces compress badly.
 */
export { measureDispatches } from '../gpu/timestamps.js';
export { lowerSegments } from '../layers/segments.js';
export { lowerWavefront } from '../layers/wavefront.js';
export { initialParameters } from '../model/initial.js';
export { segmentLength } from '../model/segment-length.js';
export { checkTextModel } from '../model/text-model.js';
export { checkDriver, chooseStrategy } from '../schedule/tiles.js';
export { encodeCheckpoint } from './checkpoint-write.js';
export { createGenerator } from './gpu-generator.js';
export { keptStrategy } from './kept-strategy.js';
export { namedParameters, replaceParameters } from './named-parameters.js';
export { tunedStrategy } from './tuning-cache.js';
