"""Photographs a pool of pages: writes train.npz and held.npz (held-out hands) into a folder.

    python3 make_scenes.py --pool POOL --out SCENES [--train 12000] [--held 800] [--jobs 2]
"""
import argparse
import glob
import os
from multiprocessing import Pool

import cv2
import numpy as np

from scenes import scene

_pages = []


def begin(paths):
    cv2.setNumThreads(1)
    for path in paths:
        page = cv2.imread(path)[:, :, ::-1]
        _pages.append(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def work(seed):
    return scene(np.random.default_rng(seed), _pages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--train", type=int, default=12000)
    parser.add_argument("--held", type=int, default=800)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for name, count, base in (("held", args.held, 5_000_000), ("train", args.train, args.seed)):
        paths = sorted(glob.glob(os.path.join(args.pool, name, "*.png")))[:600]
        with Pool(args.jobs, begin, (paths,)) as pool:
            made = list(pool.imap_unordered(work, range(base, base + count), chunksize=32))
        pictures, maps, facts, quads = (np.stack(part) for part in zip(*made))
        np.savez(os.path.join(args.out, f"{name}.npz"), pictures=pictures, maps=maps, facts=facts, quads=quads)
        print(name, len(made), flush=True)


if __name__ == "__main__":
    main()
