/** The trained networks (training/README.md): weights of one byte, with a scale for each output. */
import type { Layer } from './network'
import trained from './trained.json'

interface StoredLayer {
  inputs: number
  outputs: number
  size: number
  stride: number
  /** Base64 of signed bytes. */
  weights: string
  scale: number[]
  bias: number[]
}

const layerOf = ({ inputs, outputs, size, stride, weights, scale, bias }: StoredLayer): Layer => {
  const bytes = Buffer.from(weights, 'base64')
  const depth = size * size * inputs
  const values = Float32Array.from({ length: outputs * depth }, (_, k) => bytes.readInt8(k) * (scale[Math.floor(k / depth)] ?? 0))
  return { inputs, outputs, size, stride, weights: values, bias: Float32Array.from(bias) }
}

const layersOf = (stored: StoredLayer[]): Layer[] => stored.map(layerOf)

export interface PlaceNetwork {
  down: Layer[]
  deep: Layer[]
  context: Layer
  facts: Layer
  side: Layer[]
  up: Layer[]
  mix: Layer[]
  maps: Layer
}

let up: Layer[] | undefined
let place: PlaceNetwork | undefined

/** Five convolutions and a linear layer. */
export const upNetwork = (): Layer[] => (up ??= layersOf(trained.up))

export const placeNetwork = (): PlaceNetwork => {
  const { down, deep, context, facts, side, up: rise, mix, maps } = trained.place
  return (place ??= {
    down: layersOf(down),
    deep: layersOf(deep),
    context: layerOf(context),
    facts: layerOf(facts),
    side: layersOf(side),
    up: layersOf(rise),
    mix: layersOf(mix),
    maps: layerOf(maps),
  })
}
