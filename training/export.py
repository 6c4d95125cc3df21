"""Writes trained weights where the package finds them.

    python3 export.py --up up.pt --place place.pt --out ../src/pages/trained.json

Batch norm is folded into the convolution before it. A weight is one byte: round(weight / scale), one scale an output; biases are numbers.
Order of a layer's weights: outputs, rows, columns, inputs.
"""
import argparse
import base64
import json

import numpy as np
import torch


def folded(state, conv, norm):
    weight = state[f"{conv}.weight"].numpy()
    if norm is None:
        return weight if weight.ndim == 4 else weight[:, :, None, None], state[f"{conv}.bias"].numpy()
    gain = state[f"{norm}.weight"].numpy() / np.sqrt(state[f"{norm}.running_var"].numpy() + 1e-5)
    return weight * gain[:, None, None, None], state[f"{norm}.bias"].numpy() - state[f"{norm}.running_mean"].numpy() * gain


def layer(state, conv, norm, stride):
    weight, bias = folded(state, conv, norm)
    flat = weight.transpose(0, 2, 3, 1).reshape(len(weight), -1)
    scale = np.maximum(np.abs(flat).max(axis=1), 1e-9) / 127
    bytes_ = np.clip(np.round(flat / scale[:, None]), -127, 127).astype(np.int8)
    return {
        "inputs": weight.shape[1], "outputs": weight.shape[0], "size": weight.shape[2], "stride": stride,
        "weights": base64.b64encode(bytes_.tobytes()).decode(),
        "scale": [float(f"{v:.5g}") for v in scale], "bias": [float(f"{v:.5g}") for v in bias],
    }


def up_of(state):
    return [layer(state, str(3 * k), str(3 * k + 1), 2) for k in range(5)] + [layer(state, "17", None, 1)]


def place_of(state):
    many = lambda name, count, stride=1: [layer(state, f"{name}.{k}.conv", f"{name}.{k}.norm", stride) for k in range(count)]
    one = lambda name: layer(state, name, None, 1)
    return {"down": many("down", 5, 2), "deep": many("deep", 2), "context": one("context"), "facts": one("facts"),
            "side": many("side", 3), "up": many("up", 3), "mix": many("mix", 2), "maps": one("maps")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--up", help="without it, what the file has stays")
    parser.add_argument("--place", help="the same")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    trained = {"up": None, "place": None}
    if not (args.up and args.place):
        with open(args.out) as file:
            trained = json.load(file)
    if args.up:
        trained["up"] = up_of(torch.load(args.up, map_location="cpu"))
    if args.place:
        trained["place"] = place_of(torch.load(args.place, map_location="cpu"))
    with open(args.out, "w") as file:
        json.dump(trained, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
