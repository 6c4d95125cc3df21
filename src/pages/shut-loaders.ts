/** Sets sharp up for a worker process: one picture at a time on one thread, no cache, and no loader but those we need. Holds for the whole process. */
import sharp from 'sharp'

/** Call once, at the start of a worker. */
export function shutLoaders(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  // Only the loaders of the contract's formats (THREATS.md, D11): whatever else libvips could read stays shut.
  sharp.block({
    operation: [
      'VipsForeignLoadSvg',
      'VipsForeignLoadPdf',
      'VipsForeignLoadMagick',
      'VipsForeignLoadRad',
      'VipsForeignLoadOpenexr',
      'VipsForeignLoadFits',
      'VipsForeignLoadMat',
      'VipsForeignLoadAnalyze',
      'VipsForeignLoadCsv',
      'VipsForeignLoadVips',
    ],
  })
}
