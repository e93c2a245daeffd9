/**
 * Shaders that training a plain LSTM on a text with Adam does not need on a GPU: loaded when a kernel first asks for
 * one of them, so that a page pays for the cells it has.
 */
export const moreShaders = import.meta.glob<string>([
  '../../shaders/cells/*.wgsl', '!../../shaders/cells/lstm.wgsl',
  '../../shaders/{add,columns,lanes,normalise,sample}.wgsl',
  '../../shaders/recurrence/{initial_backward,initial_dropout,scan,scan_backward,wavefront,wavefront_backward}.wgsl',
  '../../shaders/lib/{advance_normed,arrive,delta_of_some,gates_of_others,half,keep,lanes_n,lanes_nt}.wgsl',
  '../../shaders/lib/{layer_input,linear_cell,lstm_step,masks,own,own_gradient,retreat_normed,row_norm,scan}.wgsl',
  '../../shaders/lib/{masked_back,settled,source_of_layers,source_of_layers_back,stayed}.wgsl',
  '../../shaders/{probe,tasks}/*.wgsl', '../../shaders/optimizers/*.wgsl', '!../../shaders/optimizers/adam.wgsl',
], { query: '?raw', import: 'default', eager: true });
