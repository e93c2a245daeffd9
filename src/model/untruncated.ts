import type { Model } from './description.js';

/** The model with the gradient that it really has, where a cell is trained with less of it (LSTM of 1997). */
export const untruncated = (model: Model): Model => ({
  ...model,
  layers: model.layers.map((layer) => (layer.kind === 'recurrent' && layer.options.truncated
    ? { ...layer, options: { ...layer.options, truncated: false } } : layer)),
});
