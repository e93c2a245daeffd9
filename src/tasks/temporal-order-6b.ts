import { temporalOrder } from './temporal-order-6.js';

/** Table 9. At length 100 the marks lie at 10–20, 33–43 and 66–76. */
export const temporalOrder6b = temporalOrder({
  letter: 'b',
  title: 'The order of three widely separated symbols, told at the end: eight classes',
  marks: [[.1, .2], [.33, .43], [.66, .76]],
  inputGates: [-2, -4, -6],
  rate: .1,
  sequences: 571_100,
  trials: 10,
});
