"""Photographs pages: a sheet, a copybook with a strip of its facing page, an open spread, a page partly outside, a flat scan, or no page at all.

A scene is what the network of places sees (256 × 192, RGB) and what it should answer (64 × 48): page, facing strip, fold, corners; whether there is a page,
whether it is a spread, and the share of the page that lies outside.
"""
import cv2
import numpy as np

from pages import bent, pick
from tables import clutter, colour, finger, ground, lay, lit, no_page

W, H = 256, 192
MAP_W, MAP_H = 64, 48
CW, CH = W * 3 // 2, H * 3 // 2  # drawn larger, then shrunk
CELL = CW / MAP_W
KINDS = ["sheet", "strip", "spread", "cut", "far", "fills", "scan", "none"]
SHARES = [0.36, 0.17, 0.13, 0.1, 0.06, 0.04, 0.03, 0.11]


def rotation(rng):
    """A camera that looks down, tilted by up to 45°, rolled any way, mostly near quarter turns."""
    roll = rng.uniform(0, 2 * np.pi) if rng.random() < 0.12 else int(rng.integers(4)) * np.pi / 2 + rng.normal(0, np.radians(9))
    tilt = min(abs(rng.normal(0, np.radians(15))), np.radians(45))
    axis = rng.uniform(0, 2 * np.pi)
    rz = cv2.Rodrigues(np.array([0, 0, roll]))[0]
    rx = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0]) * tilt)[0]
    return rx @ rz @ np.diag([1, 1, 1.0])


class Camera:
    """Ground (mm, z towards the camera) → canvas."""

    def __init__(self, rng, aim, extent_of, reach):
        """`aim`: ground point looked at; `extent_of`: ground points whose box is to take `reach` of the canvas."""
        self.r = rotation(rng)
        aspect = pick(rng, [4 / 3] * 7 + [16 / 9] * 2 + [1.5, 1.0])
        f = rng.uniform(0.7, 1.15)  # of the picture's long side
        self.k = np.diag([f * CW, f * CH * aspect, 1.0])
        self.aim = np.array([aim[0], aim[1], 0.0])
        self.distance = 600.0
        self.shift = np.array([CW / 2, CH / 2])
        for _ in range(6):
            size = self.project(extent_of)
            size = size.max(0) - size.min(0)
            self.distance *= max(size[0] / CW, size[1] / CH) / reach
        # z of the camera's axis points down: ground z is towards the camera.
        self.place = self.aim - self.r.T @ np.array([0, 0, self.distance])

    def project(self, points):
        p = np.asarray(points, np.float64)
        if p.shape[1] == 2:
            p = np.hstack([p, np.zeros((len(p), 1))])
        c = (p - self.aim) @ self.r.T + (0, 0, self.distance)
        q = c @ self.k.T
        return q[:, :2] / np.maximum(q[:, 2:], 1) + self.shift

    def ground_of_pixels(self):
        m = self.k @ np.column_stack([self.r[:, 0], self.r[:, 1], -self.r @ self.aim + (0, 0, self.distance)])
        m = np.array([[1, 0, self.shift[0]], [0, 1, self.shift[1]], [0, 0, 1]]) @ m
        inverse = np.linalg.inv(m)
        gx, gy = (np.arange(CW) + 0.5)[None, :], (np.arange(CH) + 0.5)[:, None]
        x, y, z = (inverse[k, 0] * gx + inverse[k, 1] * gy + inverse[k, 2] for k in range(3))
        return (x / z).astype(np.float32), (y / z).astype(np.float32)


def curl(rng, kind, w, h):
    """Height over the table (mm) of a point of the page; the fold of a copybook is x = 0."""
    terms = []
    if kind != "sheet":
        a, s = rng.uniform(0.5, 16), rng.uniform(12, 50)
        lift = rng.uniform(0, 10) if rng.random() < 0.4 else 0
        terms.append(lambda x, y: a * (np.abs(x) / s) * np.exp(1 - np.abs(x) / s) + lift * np.clip(np.abs(x) / w, 0, 1.3) ** 2)
    if rng.random() < (0.6 if kind == "sheet" else 0.3):
        angle, amount, power = rng.uniform(0, 6.3), rng.uniform(0, 22) * rng.random(), rng.uniform(1.5, 4)
        dx, dy = np.cos(angle), np.sin(angle)
        reach = 0.5 * np.hypot(w, h)
        terms.append(lambda x, y: amount * np.clip(0.5 + ((x - w / 2) * dx + (y - h / 2) * dy) / reach, 0, 1.3) ** power)
    if rng.random() < 0.3:
        amount, wave, phase = rng.uniform(0, 3), rng.uniform(80, 300), rng.uniform(0, 6.3)
        terms.append(lambda x, y: amount * (1 + np.sin((x if kind != "sheet" else y) / wave * 6.28 + phase)))
    return lambda x, y: sum((t(x, y) for t in terms), np.zeros_like(x))


def coverage(x, y, x0, x1, y0, y1, scale):
    """Share of each pixel within the box; `scale` pixels a mm."""
    inside = np.minimum(np.minimum(x - x0, x1 - x), np.minimum(y - y0, y1 - y))
    return np.clip(inside * scale + 0.5, 0, 1).astype(np.float32)


def painted(page, x, y, x0, y0, w, h, scale):
    shrink = min(1.0, 1.25 * scale / (page.shape[1] / w))
    small = cv2.resize(page, (max(8, int(page.shape[1] * shrink)), max(8, int(page.shape[0] * shrink))), interpolation=cv2.INTER_AREA)
    u = ((x - x0) / w * small.shape[1] - 0.5).astype(np.float32)
    v = ((y - y0) / h * small.shape[0] - 0.5).astype(np.float32)
    return cv2.remap(small, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def heat(points, sigma):
    gx, gy = np.meshgrid(np.arange(MAP_W) + 0.5, np.arange(MAP_H) + 0.5)
    out = np.zeros((MAP_H, MAP_W))
    for x, y in points:
        out = np.maximum(out, np.exp(-((gx - x) ** 2 + (gy - y) ** 2) / (2 * sigma**2)))
    return out


def line_heat(a, b, sigma):
    gx, gy = np.meshgrid(np.arange(MAP_W) + 0.5, np.arange(MAP_H) + 0.5)
    d = b - a
    t = np.clip(((gx - a[0]) * d[0] + (gy - a[1]) * d[1]) / max(1e-6, d @ d), 0, 1)
    return np.exp(-((gx - a[0] - t * d[0]) ** 2 + (gy - a[1] - t * d[1]) ** 2) / (2 * sigma**2))


def packed(picture, rng, page=None, strip=None, fold=None, corners=None, is_page=1.0, is_spread=0.0, outside=0.0, quads=()):
    maps = np.zeros((4, MAP_H, MAP_W), np.float32)
    for k, mask in ((0, page), (1, strip)):
        if mask is not None:
            maps[k] = cv2.resize(mask, (MAP_W, MAP_H), interpolation=cv2.INTER_AREA)
    if fold is not None:
        maps[2] = line_heat(fold[0] / CELL, fold[1] / CELL, 0.8)
    if corners is not None and len(corners):
        maps[3] = heat(np.asarray(corners) / CELL, 1.0)
    places = np.full((2, 4, 2), np.nan, np.float32)
    for k, quad in enumerate(quads):
        places[k] = quad / (CW, CH)
    small = cv2.resize(lit(rng, picture), (W, H), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 95))])[1], cv2.IMREAD_COLOR)
    return small, (maps * 255).round().astype(np.uint8), np.float32([is_page, is_spread, outside]), places


def scan(rng, page):
    """What a scanner app or a scanner gives: the page fills the picture."""
    picture = page
    if rng.random() < 0.5:
        grow = rng.uniform(0, 0.04)
        picture = cv2.copyMakeBorder(picture, *(int(grow * rng.random() * picture.shape[0]) for _ in range(4)), cv2.BORDER_CONSTANT, value=tuple(int(v) for v in rng.integers(225, 256, 3)))
    if rng.random() < 0.8:
        picture = np.ascontiguousarray(np.rot90(picture, 1 + 2 * int(rng.integers(2))))
    picture = cv2.resize(picture, (CW, CH), interpolation=cv2.INTER_AREA).astype(np.float32)
    picture = np.clip(picture * rng.uniform(0.95, 1.1), 0, 255)
    return packed(picture, rng, page=np.ones((CH, CW), np.float32), quads=[np.float32([(0, 0), (CW, 0), (CW, CH), (0, CH)])])


def scene(rng, pages):
    """Gives (picture, maps, facts, quads); may take several tries."""
    kind = KINDS[rng.choice(len(KINDS), p=SHARES)]
    if kind == "none":
        return packed(no_page(rng, CH, CW, pages), rng, is_page=0.0)
    if kind == "scan":
        return scan(rng, pages[int(rng.integers(len(pages)))])
    while True:
        made = photographed(rng, pages, kind)
        if made:
            return made


def photographed(rng, pages, kind):
    page = pages[int(rng.integers(len(pages)))]
    is_book = kind in ("strip", "spread") or (kind in ("cut", "far", "fills") and rng.random() < 0.35)
    h = {True: pick(rng, [220, 297, 320, 210.0]), False: 297.0}[is_book]
    w = h * page.shape[1] / page.shape[0] * (1 if not is_book else rng.uniform(0.95, 1.05))
    if not is_book and rng.random() < 0.15:
        h *= rng.uniform(0.45, 0.9)  # half sheets, cards
    spread = kind == "spread" or (is_book and kind in ("far",) and rng.random() < 0.4)
    left_hand = is_book and rng.random() < 0.5  # the page wanted lies left of the fold
    x0 = -w if left_hand else 0.0
    box = np.array([(x0, 0), (x0 + w, 0), (x0 + w, h), (x0, h)])
    whole = np.array([(-w, 0), (w, 0), (w, h), (-w, h)]) if spread else box
    reach = {"sheet": rng.uniform(0.55, 1.0), "strip": rng.uniform(0.6, 1.05), "spread": rng.uniform(0.6, 1.02), "cut": rng.uniform(0.7, 1.7), "far": rng.uniform(0.12, 0.55), "fills": rng.uniform(1.15, 1.8)}[kind]
    camera = Camera(rng, whole.mean(0), whole, reach)
    height = curl(rng, "book" if is_book else "sheet", w, h)
    place = camera.place
    if not np.isfinite(place).all() or abs(place[2]) < 150:
        return None
    up = abs(place[2])

    def raised(points):
        z = height(points[:, 0], points[:, 1])
        return points + (points - place[:2]) * (z / (up - z))[:, None]

    outline = np.concatenate([np.linspace(whole[k], whole[(k + 1) % 4], 24, endpoint=False) for k in range(4)])
    seen = camera.project(raised(outline))
    low, high = seen.min(0), seen.max(0)
    size, room = high - low, np.array([CW, CH], float)
    if kind in ("sheet", "far", "spread", "strip"):
        slack = np.maximum(room - size, 0)
        camera.shift += np.where(size < room, rng.uniform(0, 1, 2) * slack, (room - size) / 2) - low
        if kind == "strip":
            edge = camera.project(np.array([(0, h / 2), ((-1 if not left_hand else 1) * w * rng.uniform(0.03, 0.4), h / 2)]))
            d = edge[1] - edge[0]
            axis = int(abs(d[1]) > abs(d[0]))
            camera.shift[axis] += (room[axis] if d[axis] > 0 else 0) - edge[1][axis]
    elif kind == "cut":
        camera.shift += rng.uniform(-0.75, 0.75, 2) * np.minimum(size, room) * (rng.random(2) < 0.7) + room / 2 - (low + high) / 2
    else:
        camera.shift += room / 2 - (low + high) / 2 + rng.uniform(-0.1, 0.1, 2) * size
    ground_x, ground_y = camera.ground_of_pixels()
    x, y = ground_x, ground_y
    px, py, up = np.float32(place[0]), np.float32(place[1]), np.float32(up)
    for _ in range(3):
        z = height(x, y)
        factor = z / (up - z)
        x = (ground_x + px * factor) / (1 + factor)
        y = (ground_y + py * factor) / (1 + factor)
    step = camera.project(np.array([whole.mean(0), whole.mean(0) + (1, 0), whole.mean(0) + (0, 1)]))
    scale = float(np.sqrt(abs(np.linalg.det(step[1:] - step[0]))))
    main = coverage(x, y, x0, x0 + w, 0, h, scale)
    other = coverage(x, y, -w - x0, -x0, 0, h, scale) if is_book else None
    # How much is seen.
    corners_in = lambda quad: [p for p in quad if -4 <= p[0] <= CW + 4 and -4 <= p[1] <= CH + 4]
    outlines = camera.project(raised(outline)).astype(np.float32)
    area = abs(cv2.contourArea(outlines))
    seen_area = float((main + (other if spread else 0)).sum())
    outside = float(np.clip(1 - seen_area / max(area, 1), 0, 1))
    if outside > 0.8 or seen_area < 0.01 * CW * CH:
        return None
    if kind in ("sheet", "spread", "strip") and outside > 0.12:
        return None
    if is_book and not spread:
        ratio = float(other.sum() / max(1.0, main.sum()))
        if ratio > 0.6:
            return None
    # Paint it.
    picture = ground(rng, CH, CW)
    everything = main if other is None else np.maximum(main, other)
    if kind != "fills":
        for _ in range(int(rng.integers(0, 5)) if rng.random() < 0.6 else 0):
            clutter(rng, picture, pages, around=everything)
        if rng.random() < 0.2:  # empty sheets of the same paper beside the page or under its edge
            blank = np.full((60, 42, 3), np.clip(np.median(page, (0, 1)) * rng.uniform(0.93, 1.04), 0, 255), np.uint8)
            for _ in range(int(rng.integers(1, 3))):
                clutter(rng, picture, [blank], kind=0.9)
    sy, sx = np.gradient(height(x, y))
    shade = np.clip(1 - rng.uniform(0, 0.8) * scale * (sx * rng.normal() + sy * rng.normal()), 0.5, 1.25).astype(np.float32)
    if is_book:
        shade *= (1 - rng.uniform(0, 0.5) * np.exp(-np.abs(x) / rng.uniform(0.6, 14))).astype(np.float32)
    paint = painted(page, x, y, x0, 0, w, h, scale)
    lay_shadow = (rng.uniform(0.6, 9), rng.uniform(0.05, 0.6), rng.uniform(-6, 6), rng.uniform(-6, 6)) if rng.random() < 0.85 else None
    if is_book and rng.random() < 0.6:  # cover, or the edges of the pages below
        edge = rng.uniform(0.5, 7)
        below = coverage(x, y, -w - edge, w + edge, -edge * rng.random(), h + edge * rng.random(), scale)
        if rng.random() < 0.4:
            lines = ((np.abs(x) * rng.uniform(0.8, 2)) % 1.0 > 0.4)[:, :, None]
            cover = np.where(lines, 225.0, 150.0) * np.ones(3, np.float32)
        else:
            cover = np.broadcast_to(colour(rng), picture.shape)
        lay(picture, below, cover, lay_shadow)
        lay_shadow = None if rng.random() < 0.5 else (1.5, 0.2, 0, 0)
    elif rng.random() < 0.12:  # sheets below, a little askew
        slip = rng.uniform(-6, 6, 2)
        below = coverage(x + slip[0] + y * rng.normal(0, 0.02), y + slip[1], x0, x0 + w, 0, h, scale)
        lay(picture, below, np.median(page, (0, 1)) * rng.uniform(0.85, 1.05) * np.ones_like(picture), lay_shadow)
        lay_shadow = (1.2, rng.uniform(0.1, 0.35), 0, 0)
    if other is not None:
        facing = pages[int(rng.integers(len(pages)))].astype(np.float32)
        facing = np.clip(facing * (np.median(page, (0, 1)) / np.maximum(np.median(facing, (0, 1)), 1)), 0, 255).astype(np.uint8)
        lay(picture, other, painted(facing, x, y, -w - x0, 0, w, h, scale) * shade[:, :, None], lay_shadow)
    lay(picture, main, paint * shade[:, :, None], lay_shadow if other is None else None)
    if rng.random() < 0.12:  # a spiral at a side, or holes torn from one
        at = rng.uniform(1, 5)
        ring = (np.abs(x - (x0 + (at if left_hand is False else w - at))) < rng.uniform(1, 3.5)) & ((y % rng.uniform(6, 12)) < rng.uniform(2, 5)) & (main > 0.5)
        picture[ring] = colour(rng, 5, 120)
    quad = camera.project(raised(box))
    hidden = np.zeros((CH, CW), np.float32)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.35 else 0):
        k = int(rng.integers(4))
        t = rng.uniform(0.05, 0.95) if rng.random() < 0.6 else rng.choice([0.02, 0.98])  # many hold a page by its corners
        towards = quad[k] * (1 - t) + quad[(k + 1) % 4] * t
        towards = towards + (quad.mean(0) - towards) * rng.uniform(-0.05, 0.3)
        hidden = np.maximum(hidden, finger(rng, picture, tuple(np.clip(towards, 0, (CW - 1, CH - 1)))))
    if rng.random() < 0.15:  # a pen on the page
        mask = clutter(rng, picture, pages)
        if mask is not None:
            hidden = np.maximum(hidden, mask)
    if (hidden * main).sum() > 0.3 * main.sum():
        return None
    quads, fold = [quad], None
    if is_book:
        fold = camera.project(raised(np.array([(0.0, 0.0), (0.0, h)])))
    if spread:
        facing_box = np.array([(-w - x0, 0), (-x0, 0), (-x0, h), (-w - x0, h)])
        quads.append(camera.project(raised(facing_box)))
    corners = [p for q in quads for p in corners_in(q)]
    wanted = np.maximum(main, other) if spread else main
    strip = other if is_book and not spread else None
    return packed(np.clip(picture, 0, 255), rng, wanted, strip, fold, corners, 1.0, float(spread), outside, quads)
