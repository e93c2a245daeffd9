import { type Model, readsText } from './description.js';

/** @throws RangeError where `model` cannot learn to predict the next token of a text: it says why not. */
export function checkTextModel(model: Model): void {
  if (readsText(model)) return;
  const { layers } = model;
  const [first] = layers;
  if (first?.kind === 'input') {
    throw new RangeError('the first layer is input: a text is tokens, start with oneHot(vocabulary) or ' +
      'embedding(vocabulary, units)');
  }
  if (layers.at(-1)?.kind !== 'linear') {
    throw new RangeError(`the last layer is ${layers.at(-1)?.kind}: ` +
      'end with linear(vocabulary), whose outputs are the logits of the next token');
  }
  const both = layers.findIndex((layer) => layer.kind === 'recurrent' && layer.bidirectional);
  throw new RangeError(`layer ${both} is bidirectional, and training on a text carries states from window to ` +
    'window: the reverse direction would need the states of a window that is not read yet, and would see the very ' +
    'characters that are to be predicted; leave bidirectional out, or use createNetwork on whole sequences');
}
