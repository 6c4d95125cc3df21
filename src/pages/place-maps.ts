/** Where the page is, as a small network sees it: maps over the whole picture. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'
import { activate, add, convolve, doubled, type Layer, meanOf, sigmoid, type Tensor } from './network'
import { normalView } from './raster'
import { placeNetwork } from './trained-networks'

/** What the network sees, lying; training/train_place.py has the same. */
const seen = { width: 256, height: 192 } as const
/** Added to the deviation: a picture of one colour has none. */
const steadyDeviation = 4
export const mapWidth = 64
export const mapHeight = 48

/** Probabilities of each cell, rows from the top, over the whole picture stretched to mapWidth × mapHeight cells. */
export interface PlaceMaps {
  page: Float32Array
  /** The strip that is seen of a copybook's other page. */
  strip: Float32Array
  fold: Float32Array
  corner: Float32Array
  /** That there is a page; that it is an open spread whose two pages are wanted. */
  isPage: number
  isSpread: number
  /** Share of the page that lies outside the picture. */
  outside: number
}

/**
 * A standing picture is read with rows and columns exchanged: its maps lie too, and their x runs down the picture. It is looked at twice, the second time upside down: what
 * the network is not sure of differs, and the mean is nearer than either.
 */
export function placeMaps(picture: RgbPixels): PlaceMaps {
  const view = normalised(picture)
  const [one, other] = [scoresOf(view), scoresOf(upsideDown(view))]
  const cells = mapWidth * mapHeight
  const channel = (index: number): Float32Array => {
    const values = new Float32Array(cells)
    for (let cell = 0; cell < cells; cell++)
      values[cell] = sigmoid(((one.maps.data[cell * 4 + index] as number) + (other.maps.data[(cells - 1 - cell) * 4 + index] as number)) / 2)
    return values
  }
  const fact = (index: number): number => sigmoid(((one.facts.data[index] ?? 0) + (other.facts.data[index] ?? 0)) / 2)
  return { page: channel(0), strip: channel(1), fold: channel(2), corner: channel(3), isPage: fact(0), isSpread: fact(1), outside: fact(2) }
}

function scoresOf(view: Tensor): { maps: Tensor; facts: Tensor } {
  const network = placeNetwork()
  const levels: Tensor[] = []
  let x = view
  for (const layer of network.down) levels.push((x = convolve(x, layer, true)))
  for (const layer of network.deep) add(x, convolve(x, layer, true))
  add(x, convolve(meanOf(x), network.context, false))
  activate(x.data)
  const facts = convolve(meanOf(x), network.facts, false)
  for (let k = 0; k < 3; k++) {
    x = doubled(convolve(x, network.up[k] as Layer, false))
    add(x, convolve(levels[3 - k] as Tensor, network.side[k] as Layer, false))
    activate(x.data)
    const mix = network.mix[k]
    if (mix) x = convolve(x, mix, true)
  }
  return { maps: convolve(x, network.maps, false), facts }
}

function upsideDown({ width, height, channels, data }: Tensor): Tensor {
  const call = new KernelCall()
  const out = call.room(data.byteLength)
  call.run('reversed', call.put(data), width * height, out)
  return { width, height, channels, data: call.floats(out, data.length) }
}

function normalised(picture: RgbPixels): Tensor {
  const isStanding = picture.heightPx > picture.widthPx
  const [width, height] = isStanding ? [seen.height, seen.width] : [seen.width, seen.height]
  return { ...seen, channels: 3, data: normalView(picture, width, height, steadyDeviation, isStanding) }
}
