"""Trains the network that says where the page is, on simulated scenes.

    python3 train_place.py --scenes SCENES… --out place.pt [--minutes 25]

In: 256 × 192 RGB, mean 0 and deviation 1 over the whole picture. Out: four maps of 64 × 48 (page, facing strip, fold, corners) and three numbers
(there is a page, it is a spread, share outside).
"""
import argparse
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    """Convolution and batch norm, which the export folds into one; ReLU where wanted."""

    def __init__(self, i, o, size=3, stride=1, active=True):
        super().__init__()
        self.conv = nn.Conv2d(i, o, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(o)
        self.active = active

    def forward(self, x):
        x = self.norm(self.conv(x))
        return F.relu(x) if self.active else x


class Place(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([Conv(3, 12, stride=2), Conv(12, 20, stride=2), Conv(20, 36, stride=2), Conv(36, 56, stride=2), Conv(56, 80, stride=2)])
        self.deep = nn.ModuleList([Conv(80, 80), Conv(80, 80)])
        self.context = nn.Linear(80, 80)
        self.facts = nn.Linear(80, 3)
        self.side = nn.ModuleList([Conv(56, 48, 1, active=False), Conv(36, 32, 1, active=False), Conv(20, 20, 1, active=False)])
        self.up = nn.ModuleList([Conv(80, 48, 1, active=False), Conv(48, 32, 1, active=False), Conv(32, 20, 1, active=False)])
        self.mix = nn.ModuleList([Conv(48, 48), Conv(32, 32)])
        self.maps = nn.Conv2d(20, 4, 3, 1, 1)

    def forward(self, x):
        levels = []
        for layer in self.down:
            x = layer(x)
            levels.append(x)
        for layer in self.deep:
            x = x + layer(x)
        mean = x.mean((2, 3))
        x = F.relu(x + self.context(mean)[:, :, None, None])
        facts = self.facts(x.mean((2, 3)))
        for k in range(3):
            x = F.relu(F.interpolate(self.up[k](x), scale_factor=2, mode="nearest") + self.side[k](levels[3 - k]))
            if k < 2:
                x = self.mix[k](x)
        return self.maps(x), facts


def normal(pictures):
    x = pictures.permute(0, 3, 1, 2).float()
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) / (x.std((1, 2, 3), keepdim=True) + 4)


def load(folders, name):
    parts = [np.load(os.path.join(folder, f"{name}.npz")) for folder in folders]
    return [torch.from_numpy(np.concatenate([part[key] for part in parts])) for key in ("pictures", "maps", "facts")]


def loss_of(maps, facts, want_maps, want_facts):
    want = want_maps.float() / 255
    weight = torch.ones_like(want)
    weight[:, 2] += 6 * want[:, 2]
    weight[:, 3] += 25 * want[:, 3]
    is_page = want_facts[:, :1]
    map_loss = F.binary_cross_entropy_with_logits(maps, want, weight, reduction="none").mean((0, 2, 3))
    page = F.binary_cross_entropy_with_logits(facts[:, :1], is_page)
    spread = (F.binary_cross_entropy_with_logits(facts[:, 1:2], want_facts[:, 1:2], reduction="none") * is_page).mean()
    outside = (F.smooth_l1_loss(torch.sigmoid(facts[:, 2:]), want_facts[:, 2:], beta=0.05, reduction="none") * is_page).mean()
    return map_loss @ torch.tensor([2.0, 1.0, 1.0, 2.0]) + 0.3 * page + 0.2 * spread + outside, map_loss


def judge(net, data):
    net.eval()
    pictures, maps, facts = data
    over = cross = right = spread = seen = far = 0.0
    total = map_total = 0.0
    with torch.no_grad():
        for k in range(0, len(pictures), 50):
            got, said = net(normal(pictures[k : k + 50]))
            loss, parts = loss_of(got, said, maps[k : k + 50], facts[k : k + 50])
            total += float(loss) * len(got)
            map_total = map_total + parts * len(got)
            page, want = got[:, 0] > 0, maps[k : k + 50, 0] > 127
            is_page = facts[k : k + 50, 0] > 0.5
            union = (page | want).sum((1, 2)).float()
            both = (page & want).sum((1, 2)).float()
            cross += float((both / union.clamp(min=1))[is_page].sum())
            seen += float(is_page.sum())
            right += float(((said[:, 0] > 0) == is_page).sum())
            spread += float((((said[:, 1] > 0) == (facts[k : k + 50, 1] > 0.5)) & is_page).sum())
            far += float((torch.sigmoid(said[:, 2]) - facts[k : k + 50, 2]).abs()[is_page].sum())
    n = len(pictures)
    net.train()
    return f"held out: loss {total / n:.4f} maps {[round(float(v), 4) for v in map_total / n]} IoU {cross / seen:.4f} is a page {right / n:.4f} spread {spread / seen:.4f} outside ±{far / seen:.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--start", help="go on from these weights")
    parser.add_argument("--rate", type=float, default=2.5e-3)
    args = parser.parse_args()
    torch.manual_seed(1)
    train, held = load(args.scenes, "train"), load(args.scenes, "held")
    net = Place()
    print(sum(p.numel() for p in net.parameters()), "weights,", len(train[0]), "scenes", flush=True)
    if args.start:
        net.load_state_dict(torch.load(args.start))
    best = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-3)
    start, step, losses = time.time(), 0, []
    size = 24
    order = torch.randperm(len(train[0]))
    at = 0
    while (share := (time.time() - start) / 60 / args.minutes) < 1:
        for group in best.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * share))
        if at + size > len(order):
            order, at = torch.randperm(len(train[0])), 0
        chosen = order[at : at + size]
        at += size
        pictures, maps, facts = (part[chosen] for part in train)
        x = normal(pictures)
        # Mirrored and upside down: writing this small has no direction; and another light.
        flips = [axis for axis, odds in ((3, 0.5), (2, 0.5)) if torch.rand(1) < odds]
        x = x.flip(flips) * (1 + 0.15 * torch.randn(size, 3, 1, 1)) + 0.1 * torch.randn(size, 3, 1, 1) + 0.04 * torch.rand(size, 1, 1, 1) * torch.randn_like(x)
        loss, _ = loss_of(*net(x), maps.flip(flips), facts)
        best.zero_grad()
        loss.backward()
        best.step()
        losses.append(float(loss))
        step += 1
        if step % 100 == 0:
            print(f"{step} steps, {step * size / len(order):.1f} rounds, {time.time() - start:.0f} s, loss {np.mean(losses[-100:]):.4f}", flush=True)
        if step % 500 == 0:
            torch.save(net.state_dict(), args.out)
            print(judge(net, held), flush=True)
    torch.save(net.state_dict(), args.out)
    print(judge(net, held), flush=True)


if __name__ == "__main__":
    main()
