import type { GatesArrangement, Initial } from './layout.js';

/**
 * How a recurrent layer's weights start; biases are zero except under `pytorch` and `karpathy`.
 *
 *  - `pytorch`: everything U(±1/√H)
 *  - `glorot-orthogonal`: Keras' default. Input weights U(±√(6/(inputs + gates·H))) (Glorot & Bengio 2010), recurrent
 *    weights one orthogonal matrix over all gates (Saxe et al. 2014). Keras' LSTM also has `forgetBias: 1`
 *  - `pascanu-sigmoid`, `pascanu-tanh`: N(0, .01²) and N(0, .1²) (Pascanu et al. 2013)
 *  - `pascanu-smart`: the same paper's "smart tanh". N(0, .01²); recurrent weights with 15 values a row, each gate's
 *    matrix scaled to spectral radius .95
 *  - `karpathy`: everything U(±.08), char-rnn
 *  - `identity`: N(0, .001²); each gate's recurrent weights the identity matrix. With it `rnn-relu` is the IRNN of Le,
 *    Jaitly & Hinton 2015
 *
 * Weights that a clockwork RNN leaves out are set to zero after they are drawn; sparse ones are placed among the
 * others. Gains and shifts of a layer normalisation are 1 and 0 whatever the scheme.
 */
export const INITIAL_SCHEMES = [
  'pytorch', 'glorot-orthogonal', 'pascanu-sigmoid', 'pascanu-tanh', 'pascanu-smart', 'karpathy', 'identity',
] as const;
export type InitialScheme = (typeof INITIAL_SCHEMES)[number];

/** What a parameter is to its cell; `own`: a vector of values a unit, such as peepholes. */
export type Role = 'input' | 'recurrent' | 'bias' | 'own';

/**
 * How a parameter of a layer of `units` units starts: of the shape [blocks·H] or, with `columns`, [blocks·H, columns].
 * Peepholes, of which Keras has none, are N(0, .1²) beside its weights, as in Greff et al. 2015.
 */
export function schemeInitial(
  scheme: InitialScheme, role: Role, units: number, gates: GatesArrangement, columns: number,
): Initial {
  const uniform = (bound: number): Initial => ({ kind: 'uniform', bound });
  const normal = (deviation: number): Initial => ({ kind: 'normal', deviation });
  if (scheme === 'pytorch') return uniform(1 / Math.sqrt(units));
  if (scheme === 'karpathy') return uniform(0.08);
  if (role === 'bias') return { kind: 'constant', blocks: gates.blocks.map(() => 0) };
  switch (scheme) {
    case 'glorot-orthogonal':
      if (role === 'recurrent') return { kind: 'orthogonal' };
      return role === 'input' ? uniform(Math.sqrt(6 / (gates.blocks.length * gates.units + columns))) : normal(0.1);
    case 'pascanu-sigmoid': return normal(0.01);
    case 'pascanu-tanh': return normal(0.1);
    case 'pascanu-smart': return role === 'recurrent'
      ? { kind: 'sparse', nonZeros: 15, deviation: 0.01, spectralRadius: 0.95 }
      : normal(0.01);
    case 'identity': return role === 'recurrent' ? { kind: 'identity' } : normal(0.001);
  }
}
