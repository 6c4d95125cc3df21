/** The trained networks (training/README.md): weights of one byte, with a scale for each output. */
import { type Layer, packed } from './network'
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

function layerOf({ weights, scale, bias, ...layer }: StoredLayer): Layer {
  const bytes = new Int8Array(Buffer.from(weights, 'base64'))
  const depth = layer.size * layer.size * layer.inputs
  const values = new Float32Array(bytes.length)
  for (let output = 0; output < layer.outputs; output++) {
    const factor = scale[output] ?? 0
    for (let k = output * depth; k < (output + 1) * depth; k++) values[k] = (bytes[k] as number) * factor
  }
  return packed({ ...layer, weights: values, bias: Float32Array.from(bias) })
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
