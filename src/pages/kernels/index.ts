/**
 * Loops over every pixel, in AssemblyScript: `npm run kernels` compiles them to ../kernels-compiled.json, ../kernel-memory.ts calls them. Addresses are bytes of the
 * module's memory, which belongs to the caller from `heapBase()` on; what is read may be read up to 16 bytes beyond its end.
 */
export { heapBase } from './memory'
export { boxMean, close } from './cell-grid'
export { convolve } from './convolve'
export { darkness } from './darkness'
export { edgeWidths } from './edge-widths'
export { flatten } from './flatten'
export { deviation, inkOf } from './ink'
export { brightCells, divideLight } from './light'
export { joinBetween, parts } from './parts'
export { lumas, noiseOf, quietPaper } from './quiet-paper'
export { greyView, normalView, reversed } from './small-views'
export { turn } from './turn'
export { whitenRims } from './rims'
