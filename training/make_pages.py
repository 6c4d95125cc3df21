"""Draws a pool of pages into a folder: train/*.png with the hands of training, held/*.png with hands it never sees.

    python3 make_pages.py --hands FOLDER… --prints FOLDER… --out POOL [--train 1500] [--held 250] [--jobs 2]
"""
import argparse
import os
from multiprocessing import Pool

import cv2
import numpy as np

from pages import draw_page, fonts_in, split_hands


def work(job):
    seed, hands, prints, path = job
    if not os.path.exists(path):
        cv2.setNumThreads(1)
        page = draw_page(np.random.default_rng(seed), hands, prints)
        cv2.imwrite(path, page[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hands", nargs="+", required=True)
    parser.add_argument("--prints", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--train", type=int, default=1500)
    parser.add_argument("--held", type=int, default=250)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    train, held = split_hands(fonts_in(args.hands))
    prints = fonts_in(args.prints)
    print(len(train), "hands,", len(held), "held out:", ", ".join(os.path.basename(path) for path in held), ";", len(prints), "print faces")
    jobs = []
    for name, hands, count, base in (("held", held, args.held, 900_000), ("train", train, args.train, 0)):
        os.makedirs(os.path.join(args.out, name), exist_ok=True)
        jobs += [(base + k, hands, prints, os.path.join(args.out, name, f"{k:05d}.png")) for k in range(count)]
    with Pool(args.jobs) as pool:
        for _ in pool.imap_unordered(work, jobs, chunksize=8):
            pass


if __name__ == "__main__":
    main()
