"""Trains the network that says which way is up, on patches of simulated pages.

    python3 train_up.py --pool POOL --out up.pt [--minutes 12]

A patch is 128 pixels square, of 1.5 to 3.4 pixels a millimetre, light divided out (`even` below, the same rule as src/pages/which-way-up.ts).
Answer k: the patch is upright after k quarter turns clockwise.
"""
import argparse
import glob
import os
import time

import cv2
import numpy as np
import torch
from torch import nn

from pages import PX_PER_MM, bent

SIDE, CELL = 128, 8


def load(pool, name):
    """Pages in grey, each with how likely a patch is taken around each of its 32-pixel cells: where there is ink, as which-way-up.ts does."""
    pages = []
    for path in sorted(glob.glob(os.path.join(pool, name, "*.png"))):
        page = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
        ink = np.minimum(cv2.dilate(small, np.ones((5, 5))) - small, 60)
        spread = cv2.blur(ink**2, (36, 36)) - cv2.blur(ink, (36, 36)) ** 2
        cells = cv2.resize(np.maximum(spread, 1e-3), (page.shape[1] // 32, page.shape[0] // 32), interpolation=cv2.INTER_AREA)
        inner = np.zeros_like(cells)
        inner[2:-2, 2:-2] = cells[2:-2, 2:-2]
        cells = inner
        pages.append((page, (cells / cells.sum()).ravel(), cells.shape[1]))
    return pages


def even(grey):
    """Paper's light from the patch itself: greatest grey of each 8-pixel cell, then 3 × 3 greatest, 3 × 3 mean, bilinear. Then mean 0, deviation 1."""
    cells = grey.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).max(axis=(1, 3)).astype(np.float32)
    cells = cv2.blur(cv2.dilate(cells, np.ones((3, 3))), (3, 3), borderType=cv2.BORDER_REPLICATE)
    light = cv2.resize(cells, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    ink = 1 - grey / np.maximum(light, 1)
    return (ink - ink.mean()) / (ink.std() + 0.015), float(ink.std())


def patch_of(page, rng, turn):
    """A patch as a camera would have taken it, turned anticlockwise by `turn` quarters."""
    page, odds, columns = page
    h, w = page.shape
    scale = np.exp(rng.uniform(np.log(1.5), np.log(3.4))) / PX_PER_MM
    angle = np.radians(np.clip(rng.normal(0, 2.2), -7, 7))
    stretch = np.exp(rng.normal(0, 0.06))
    cell = rng.choice(len(odds), p=odds)
    cx, cy = (cell % columns + rng.random()) * 32, (cell // columns + rng.random()) * 32
    c, s = np.cos(angle), np.sin(angle)
    shear = rng.normal(0, 0.03)
    forward = np.array([[scale * stretch * c, -scale * s + shear * scale], [scale * s, scale / stretch * c]])
    reach = int(SIDE / scale) + 8
    left, top = max(0, int(cx) - reach), max(0, int(cy) - reach)
    source = page[top : int(cy) + reach, left : int(cx) + reach]
    offset = np.array([SIDE / 2, SIDE / 2]) - forward @ np.array([cx - left, cy - top])
    if scale < 0.75 and rng.random() < 0.9:  # as a lens and a good shrink do
        source = cv2.GaussianBlur(source, (0, 0), 0.45 / scale)
    grey = cv2.warpAffine(source, np.hstack([forward, offset[:, None]]), (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=int(rng.integers(20, 256)))
    if rng.random() < 0.2:
        grey = bent(grey, rng, rng.uniform(0.2, 0.7), rng.uniform(8, 30))
    grey = np.rot90(grey, turn).astype(np.float32)
    if rng.random() < 0.5:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.2))
    elif rng.random() < 0.15:
        length = int(rng.integers(3, 6))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        grey = cv2.filter2D(grey, -1, kernel if rng.random() < 0.5 else kernel.T)
    if rng.random() < 0.25:
        grey += (grey - cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.7, 2))) * rng.uniform(0.3, 1.5)
    black = rng.uniform(0, 90) if rng.random() < 0.5 else 0
    grey = black + grey * (255 - black) / 255
    corners = rng.uniform(0.35, 1.0, (2, 2)) if rng.random() < 0.5 else np.full((2, 2), rng.uniform(0.3, 1.0))
    grey *= cv2.resize(corners.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.06:  # the edge of a hard shadow
        a, b = rng.uniform(0, 6.3), rng.uniform(0.2, 0.8) * SIDE
        gx, gy = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
        grey *= 1 - rng.uniform(0.1, 0.4) / (1 + np.exp(-(gx * np.cos(a) + gy * np.sin(a) - b * (np.cos(a) + np.sin(a))) / rng.uniform(1, 8)))
    grey += rng.normal(0, 7 * rng.random() ** 2, grey.shape)
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        grey = cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 92))])[1], cv2.IMREAD_GRAYSCALE)
    return even(grey)


MUTE = 4  # the answer of what has no up


def mute_patch(rng):
    """Lines, boxes, blots, ruling, clouds: nothing to read."""
    patch = np.full((SIDE, SIDE), rng.uniform(150, 255), np.float32)
    ink = lambda: float(rng.uniform(0, 170))
    if rng.random() < 0.5:
        pitch, width = rng.uniform(5, 40), int(rng.integers(1, 4))
        for at in np.arange(rng.uniform(0, pitch), SIDE, pitch):
            cv2.line(patch, (0, int(at)), (SIDE, int(at)), 190.0, width)
            if rng.random() < 0.6:
                cv2.line(patch, (int(at), 0), (int(at), SIDE), 190.0, width)
    for _ in range(int(rng.integers(0, 5))):
        a, b = rng.integers(-20, SIDE + 20, (2, 2))
        a, b = tuple(int(v) for v in a), tuple(int(v) for v in b)
        kind = rng.random()
        if kind < 0.35:
            cv2.line(patch, a, (b[0], a[1]) if rng.random() < 0.7 else b, ink(), int(rng.integers(1, 8)), cv2.LINE_AA)
        elif kind < 0.7:
            cv2.rectangle(patch, a, b, ink(), -1 if rng.random() < 0.6 else int(rng.integers(1, 5)))
        else:
            cv2.circle(patch, a, int(rng.uniform(2, 60)), ink(), -1 if rng.random() < 0.5 else int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.25:
        patch += cv2.resize(rng.normal(0, rng.uniform(5, 60), (8, 8)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.6:
        m = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.normal(0, 3), 1)
        patch = cv2.warpAffine(patch, m, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    patch = cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.3, 1.5)) + rng.normal(0, rng.uniform(0.2, 5), patch.shape)
    return even(np.rot90(np.clip(patch, 0, 255).astype(np.uint8), int(rng.integers(4))))[0]


def batch_of(pages, rng, size):
    patches, turns = [], []
    while len(patches) < size:
        if rng.random() < 0.08:
            patches.append(mute_patch(rng))
            turns.append(MUTE)
            continue
        turn = int(rng.integers(4))
        page = pages[int(rng.integers(len(pages)))]
        patch, deviation = patch_of(page, rng, turn)
        if deviation > 0.035 or rng.random() < 0.1:
            patches.append(patch)
            turns.append(turn)
    return torch.from_numpy(np.stack(patches)[:, None].astype(np.float32)), torch.tensor(turns)


class Batches(torch.utils.data.IterableDataset):
    def __init__(self, pages, seed, size):
        self.pages, self.seed, self.size = pages, seed, size

    def __iter__(self):
        cv2.setNumThreads(1)
        rng = np.random.default_rng(self.seed)
        while True:
            yield batch_of(self.pages, rng, self.size)


def conv(i, o, size, stride):
    return [nn.Conv2d(i, o, size, stride, size // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True)]


def network():
    return nn.Sequential(
        *conv(1, 10, 5, 2), *conv(10, 24, 3, 2), *conv(24, 40, 3, 2), *conv(40, 64, 3, 2), *conv(64, 96, 3, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 4),
    )


def judge(net, pages, patches=12):
    """Shares of patches and of pages (log-probabilities added) that come out right, over four turns of held-out pages."""
    net.eval()
    rng = np.random.default_rng(1)
    right = of = right_pages = of_pages = 0
    with torch.no_grad():
        for page in pages:
            for turn in range(4):
                batch = []
                for _ in range(patches * 6):
                    patch, deviation = patch_of(page, rng, turn)
                    if deviation > 0.035:
                        batch.append(patch)
                    if len(batch) == patches:
                        break
                if not batch:
                    continue
                logs = torch.log_softmax(net(torch.from_numpy(np.stack(batch)[:, None].astype(np.float32))), 1)
                right += int((logs.argmax(1) == turn).sum())
                of += len(batch)
                right_pages += int(logs.sum(0).argmax() == turn)
                of_pages += 1
    net.train()
    return right / of, right_pages / of_pages, of_pages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", help="go on from these weights")
    args = parser.parse_args()
    torch.manual_seed(1)
    cv2.setNumThreads(1)
    pages, held = load(args.pool, "train"), load(args.pool, "held")
    print(len(pages), "pages,", len(held), "held out", flush=True)
    net = network()
    if args.start:
        net.load_state_dict(torch.load(args.start))
    print(sum(p.numel() for p in net.parameters()), "weights", flush=True)
    best = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-3)
    wanted = torch.cat([torch.eye(4) * 0.98 + 0.005, torch.full((1, 4), 0.25)])
    batches = iter(torch.utils.data.DataLoader(Batches(pages, int(time.time()) if args.start else 3, 96), batch_size=None, num_workers=1))
    # Making a patch costs more than learning from it: each is seen several times, each time turned otherwise.
    shelf, names = torch.zeros(96 * 100, 1, SIDE, SIDE), torch.zeros(96 * 100, dtype=torch.long)
    filled = made = 0
    start, step, losses = time.time(), 0, []
    while (share := (time.time() - start) / 60 / args.minutes) < 1:
        for group in best.param_groups:
            group["lr"] = args.rate * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * share))
        if step % 4 == 0 or filled < 96 * 8:
            fresh, fresh_turns = next(batches)
            at = (made * 96) % len(shelf)
            shelf[at : at + 96], names[at : at + 96] = fresh, fresh_turns
            made += 1
            filled = min(len(shelf), made * 96)
        chosen = torch.randint(filled, (96,))
        more = step % 4
        patches, turns = torch.rot90(shelf[chosen], more, (2, 3)), torch.where(names[chosen] == MUTE, MUTE, (names[chosen] + more) % 4)
        loss = -(wanted[turns] * torch.log_softmax(net(patches), 1)).sum(1).mean()
        best.zero_grad()
        loss.backward()
        best.step()
        losses.append(float(loss))
        step += 1
        if step % 100 == 0:
            print(f"{step} steps, {time.time() - start:.0f} s, loss {np.mean(losses[-200:]):.3f}", flush=True)
        if step % 500 == 0:
            torch.save(net.state_dict(), args.out)
            print("held-out hands: patches %.3f, pages %.3f of %d" % judge(net, held[:40]), flush=True)
    torch.save(net.state_dict(), args.out)
    print("held-out hands: patches %.4f, pages %.4f of %d" % judge(net, held), flush=True)


if __name__ == "__main__":
    main()
