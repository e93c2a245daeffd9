/** What is minimised, as data. */
export interface LossDescription { readonly kind: 'crossEntropy' }

/** Softmax cross entropy of the next token, mean over all T·B positions, in nats. */
export const crossEntropy = (): LossDescription => ({ kind: 'crossEntropy' });
