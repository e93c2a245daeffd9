import { temporalOrder } from './temporal-order-6.js';

/** Table 9. At length 100 the marks lie at 10–20 and 50–60. */
export const temporalOrder6a = temporalOrder({
  letter: 'a',
  title: 'The order of two widely separated symbols, told at the end: four classes',
  marks: [[.1, .2], [.5, .6]],
  inputGates: [-2, -4],
  rate: .5,
  sequences: 31_390,
  trials: 20,
});
