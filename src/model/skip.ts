import { type Model, widthOf } from './description.js';
import { layoutParameters, type Parameter } from './layout.js';

const NAME = 'skip';

/**
 * The model with weights from its input straight to its output, `skip` [outputs, inputs], beside those of its linear
 * layer: "each layer has connections from all layers below" (Hochreiter & Schmidhuber 1997, task 2a). They start as the
 * linear layer's weights do.
 * @throws RangeError where the model does not end with a linear layer
 */
export function withSkip(model: Model): Model {
  const { layers, layout, outputs, vocabulary } = model;
  const last = layers.length - 1;
  const weight = layout.parameters.find(({ name }) => name === `${last}.weight`);
  if (layers[last]!.kind !== 'linear' || !weight) {
    throw new RangeError(`the model ends with ${layers[last]!.kind}, and a skip connection leads to a linear layer: ` +
      'end with linear(units)');
  }
  const inputs = vocabulary || widthOf(layers[0]!);
  const skip = { name: NAME, shape: [outputs, inputs], arrangement: weight.arrangement, initial: weight.initial };
  return { ...model, layout: layoutParameters([...layout.parameters, skip]) };
}

/** The weights of a skip connection, where the model has one. */
export const skipOf = ({ layout }: Model): Parameter | undefined =>
  layout.parameters.find(({ name }) => name === NAME);
