"""What lies under and beside a page: tables, floors, cloth, clutter, hands. All in pixels of the picture, RGB float32 0–255."""
import cv2
import numpy as np

from pages import bent, pick


def noise(rng, h, w, scale_y, scale_x):
    small = rng.normal(0, 1, (max(2, int(h / scale_y) + 2), max(2, int(w / scale_x) + 2))).astype(np.float32)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)


def colour(rng, low=10, high=235, grey=0.4):
    """Any colour, often near grey."""
    base = rng.uniform(low, high)
    spread = 12 if rng.random() < grey else 80
    return np.clip(base + rng.uniform(-spread, spread, 3), low, high).astype(np.float32)


def surface(rng, h, w):
    kind = rng.random()
    base = colour(rng)
    if kind < 0.24:  # wood
        base = np.array(pick(rng, [(150, 105, 65), (190, 150, 100), (110, 70, 40), (215, 185, 140), (80, 50, 35), (165, 125, 95), (200, 175, 150)]), np.float32) * rng.uniform(0.7, 1.15)
        along = noise(rng, h, w, rng.uniform(3, 14), rng.uniform(80, 400))
        rings = np.sin(noise(rng, h, w, rng.uniform(20, 120), rng.uniform(60, 300)) * rng.uniform(4, 30)) * rng.uniform(0, 1)
        field = along * rng.uniform(3, 14) + rings * rng.uniform(3, 22)
        if rng.random() < 0.3:  # planks
            size = rng.uniform(40, 140)
            field -= 30 * (np.arange(h) % size < 1.5)[:, None]
        out = base + field[:, :, None] * np.array([1, 0.85, 0.65], np.float32)
    elif kind < 0.46:  # white, or nearly: the hard one
        base = np.clip(rng.uniform(150, 250) + rng.uniform(-14, 14, 3), 0, 255).astype(np.float32)
        out = base + (noise(rng, h, w, 60, 60) * rng.uniform(0, 6) + noise(rng, h, w, 2, 2) * rng.uniform(0, 3))[:, :, None]
    elif kind < 0.58:  # plain
        out = base + (noise(rng, h, w, 40, 40) * rng.uniform(0, 10) + noise(rng, h, w, 1.5, 1.5) * rng.uniform(0, 8))[:, :, None]
    elif kind < 0.66:  # dark
        out = colour(rng, 5, 60) + (noise(rng, h, w, 30, 30) * rng.uniform(0, 8) + noise(rng, h, w, 1.5, 1.5) * rng.uniform(0, 6))[:, :, None]
    elif kind < 0.8:  # stripes, checks, tiles
        other = colour(rng)
        period, width = rng.uniform(8, 90), rng.uniform(0.04, 0.6)
        gx, gy = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        a = (gx % period < period * width).astype(np.float32)
        b = (gy % (period * rng.uniform(0.6, 1.6)) < period * width).astype(np.float32)
        mix = pick(rng, [a, b, np.maximum(a, b), (a + b) / 2])
        out = base * (1 - mix[:, :, None]) + other * mix[:, :, None]
        out = out + (noise(rng, h, w, 3, 3) * rng.uniform(0, 6))[:, :, None]
    elif kind < 0.9:  # cloth or bed linen with folds
        field = noise(rng, h, w, rng.uniform(20, 80), rng.uniform(30, 200))
        out = base * (1 + 0.22 * rng.uniform(0.2, 1) * np.tanh(field * 1.5))[:, :, None] + (noise(rng, h, w, 1.2, 1.2) * rng.uniform(0, 8))[:, :, None]
        if rng.random() < 0.4:
            spots = noise(rng, h, w, rng.uniform(8, 40), rng.uniform(8, 40)) > rng.uniform(0.6, 1.5)
            out = np.where(spots[:, :, None], colour(rng), out)
    else:  # granite, carpet
        out = base + (noise(rng, h, w, 1.3, 1.3) * rng.uniform(5, 30) + noise(rng, h, w, 5, 5) * rng.uniform(0, 15))[:, :, None] * (rng.uniform(0.6, 1.0, 3).astype(np.float32))
    if rng.random() < 0.5:
        out = turned(rng, np.clip(out, 0, 255).astype(np.float32))
    if rng.random() < 0.15:  # gloss
        gx, gy = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        r = ((gx - rng.uniform(0, w)) / rng.uniform(20, 120)) ** 2 + ((gy - rng.uniform(0, h)) / rng.uniform(20, 120)) ** 2
        out = out + (rng.uniform(30, 120) * np.exp(-r))[:, :, None]
    return np.clip(out, 0, 255).astype(np.float32)


def turned(rng, picture):
    """Turned and looked at askew."""
    h, w = picture.shape[:2]
    size = 1.6 * max(h, w)
    angle = rng.uniform(0, 6.3)
    c, s = np.cos(angle), np.sin(angle)
    corners = np.float32([(-c + s, -s - c), (c + s, s - c), (c - s, s + c), (-c - s, -s + c)]) * size / 2 + (w / 2, h / 2)
    corners += rng.uniform(-0.15, 0.15, (4, 2)).astype(np.float32) * size
    source = np.float32([(0, 0), (w, 0), (w, h), (0, h)])
    return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(source, np.float32(corners)), (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def ground(rng, h, w):
    """One surface, sometimes with another beyond its edge."""
    out = surface(rng, h, w)
    while rng.random() < 0.22:
        other = surface(rng, h, w)
        a = rng.uniform(0, 2 * np.pi)
        gx, gy = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        side = (gx - rng.uniform(0, w)) * np.cos(a) + (gy - rng.uniform(0, h)) * np.sin(a)
        out = np.where((side > 0)[:, :, None], other, out)
        if rng.random() < 0.5:
            out = out * (1 - 0.4 * np.exp(-np.abs(side) / rng.uniform(1, 12)))[:, :, None]
    return out


def lay(picture, mask, paint, shadow=None, rng=None):
    """Paint where the mask (0–1) says, with a soft shadow beside it."""
    if shadow:
        reach, depth, dx, dy = shadow
        dark = cv2.GaussianBlur(np.roll(mask, (int(dy), int(dx)), (0, 1)), (0, 0), reach)
        picture *= 1 - depth * dark[:, :, None]
    m = mask[:, :, None]
    picture[:] = picture * (1 - m) + paint * m


def shadow_of(rng):
    return (rng.uniform(0.7, 8), rng.uniform(0.05, 0.5), rng.uniform(-5, 5), rng.uniform(-5, 5)) if rng.random() < 0.85 else None


def clutter(rng, picture, pages, around=None, kind=None):
    """A thing: pen, rubber, phone, book, another sheet, cup, keyboard, ruler. `around`: a mask (0–1) it mostly keeps off; `kind`: 0–1, 0.72 and more is a sheet."""
    h, w = picture.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    kind = rng.random() if kind is None else kind
    cx, cy, a = rng.uniform(-0.05, 1.05) * w, rng.uniform(-0.05, 1.05) * h, rng.uniform(0, np.pi)
    axis = np.array([np.cos(a), np.sin(a)])
    side = np.array([-axis[1], axis[0]])
    paint = colour(rng)
    centre = np.array([cx, cy])
    box = lambda l, b: np.array([centre + l * axis * u + b * side * v for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    if kind < 0.28:
        length = rng.uniform(0.08, 0.3) * w
        cv2.line(mask, tuple(int(v) for v in centre - axis * length), tuple(int(v) for v in centre + axis * length), 255, int(rng.integers(3, 13)), cv2.LINE_AA)
    elif kind < 0.4:
        cv2.circle(mask, (int(cx), int(cy)), int(rng.uniform(0.03, 0.14) * w), 255, -1, cv2.LINE_AA)
    elif kind < 0.62:
        l, b = rng.uniform(0.03, 0.3) * w, rng.uniform(0.03, 0.22) * w
        cv2.fillPoly(mask, [box(l, b).astype(np.int32)], 255, cv2.LINE_AA)
        if rng.random() < 0.5:
            paint = paint * (1 + 0.3 * noise(rng, h, w, rng.uniform(3, 60), rng.uniform(3, 60))[:, :, None])
    elif kind < 0.72:  # keyboard or pencil case: dark with a grid
        l, b = rng.uniform(0.15, 0.4) * w, rng.uniform(0.06, 0.15) * w
        cv2.fillPoly(mask, [box(l, b).astype(np.int32)], 255, cv2.LINE_AA)
        gx, gy = np.meshgrid(np.arange(w, dtype=np.float32) - cx, np.arange(h, dtype=np.float32) - cy)
        u, v = gx * axis[0] + gy * axis[1], gx * side[0] + gy * side[1]
        keys = ((u % 16 > 3) & (v % 16 > 3)).astype(np.float32)[:, :, None]
        paint = paint * (1 - keys) + colour(rng) * keys
    else:  # another sheet or book, with something on it
        l, b = rng.uniform(0.15, 0.5) * w, rng.uniform(0.12, 0.4) * w
        quad = box(l, b).astype(np.float32)
        page = pages[int(rng.integers(len(pages)))]
        m = cv2.getPerspectiveTransform(np.float32([(0, 0), (page.shape[1], 0), (page.shape[1], page.shape[0]), (0, page.shape[0])]), quad)
        paint = cv2.warpPerspective(page, m, (w, h), flags=cv2.INTER_AREA).astype(np.float32)
        if rng.random() < 0.5:
            paint = paint * (colour(rng, 60, 255) / 255)
        cv2.fillPoly(mask, [quad.astype(np.int32)], 255, cv2.LINE_AA)
    mask = mask.astype(np.float32) / 255
    if around is not None and (mask * around).sum() > rng.uniform(0, 0.06) * around.sum():
        return
    lay(picture, mask, np.clip(paint, 0, 255), shadow_of(rng))
    return mask


SKINS = [(224, 172, 140), (198, 134, 96), (141, 85, 56), (96, 58, 40), (240, 200, 175), (180, 120, 90)]


def finger(rng, picture, towards):
    """A finger or a hand that comes from outside and ends near `towards`."""
    h, w = picture.shape[:2]
    a = np.arctan2(towards[1] - h / 2, towards[0] - w / 2) + rng.normal(0, 0.4)
    width = rng.uniform(0.022, 0.06) * w
    skin = np.array(pick(rng, SKINS), np.float32) * rng.uniform(0.75, 1.1)
    mask = np.zeros((h, w), np.uint8)
    for k in range(int(rng.integers(1, 4))):
        tip = np.array(towards) + np.array([-np.sin(a), np.cos(a)]) * k * width * 2.1 + rng.normal(0, 3, 2)
        end = tip + np.array([np.cos(a + k * 0.08), np.sin(a + k * 0.08)]) * w
        cv2.line(mask, tuple(int(v) for v in tip), tuple(int(v) for v in end), 255, int(width * 2), cv2.LINE_AA)
    mask = mask.astype(np.float32) / 255
    depth = np.clip(cv2.GaussianBlur(mask, (0, 0), width * 0.5) * 1.3 - 0.3, 0.4, 1)
    lay(picture, mask, skin * depth[:, :, None] + noise(rng, h, w, 3, 3)[:, :, None] * 2, shadow_of(rng))
    return mask


def no_page(rng, h, w, pages):
    """A picture without a page: table, floor, pocket, face, room, sky."""
    kind = rng.random()
    if kind < 0.45:
        picture = ground(rng, h, w)
        for _ in range(int(rng.integers(0, 6))):
            clutter_without_sheets(rng, picture)
    elif kind < 0.6:  # pocket, lens covered
        picture = np.clip(colour(rng, 0, 70) * (1 + 0.5 * noise(rng, h, w, 80, 80)[:, :, None]) + noise(rng, h, w, 1.5, 1.5)[:, :, None] * rng.uniform(0, 12), 0, 255)
        if rng.random() < 0.5:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1, 12))
    elif kind < 0.78:  # room, landscape: areas of colour bounded by lines and curves
        picture = surface(rng, h, w)
        for _ in range(int(rng.integers(3, 12))):
            mask = np.zeros((h, w), np.uint8)
            points = (rng.uniform(-0.2, 1.2, (int(rng.integers(3, 7)), 2)) * (w, h)).astype(np.int32)
            if rng.random() < 0.5:
                cv2.fillPoly(mask, [cv2.convexHull(points)], 255, cv2.LINE_AA)
            else:
                cv2.ellipse(mask, (int(points[0][0]), int(points[0][1])), (int(rng.uniform(5, 0.3 * w)), int(rng.uniform(5, 0.3 * w))), rng.uniform(0, 360), 0, 360, 255, -1, cv2.LINE_AA)
            paint = colour(rng) * (1 + 0.15 * noise(rng, h, w, rng.uniform(3, 60), rng.uniform(3, 60))[:, :, None])
            lay(picture, mask.astype(np.float32) / 255, np.clip(paint, 0, 255), shadow_of(rng) if rng.random() < 0.3 else None)
    else:  # a face, a pet, a plate: round blobs
        picture = ground(rng, h, w)
        cx, cy, r = rng.uniform(0.3, 0.7) * w, rng.uniform(0.3, 0.7) * h, rng.uniform(0.12, 0.4) * h
        for k in range(int(rng.integers(1, 9))):
            mask = np.zeros((h, w), np.uint8)
            at = (cx, cy) if k == 0 else (cx + rng.normal(0, r * 0.5), cy + rng.normal(0, r * 0.5))
            size = r if k == 0 else r * rng.uniform(0.06, 0.5)
            cv2.ellipse(mask, (int(at[0]), int(at[1])), (int(size * rng.uniform(0.6, 1)), int(size) + 1), rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
            soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), rng.uniform(0.5, 5))
            paint = np.array(pick(rng, SKINS), np.float32) if k == 0 and rng.random() < 0.6 else colour(rng)
            lay(picture, soft, np.clip(paint * (1 + 0.1 * noise(rng, h, w, 20, 20)[:, :, None]), 0, 255))
    return np.clip(picture, 0, 255).astype(np.float32)


def clutter_without_sheets(rng, picture):
    blank = np.full((40, 30, 3), rng.integers(0, 200, 3), np.uint8)
    clutter(rng, picture, [blank])


def lit(rng, picture):
    """Light and camera: gradients, shadows, vignette, warmth, exposure, blur, noise, JPEG. Gives uint8."""
    h, w = picture.shape[:2]
    gx, gy = np.meshgrid(np.linspace(-1, 1, w, dtype=np.float32), np.linspace(-1, 1, h, dtype=np.float32))
    light = np.ones((h, w), np.float32)
    if rng.random() < 0.7:
        a = rng.uniform(0, 6.3)
        light *= 1 + rng.uniform(0, 0.35) * (gx * np.cos(a) + gy * np.sin(a))
    if rng.random() < 0.4:
        light *= 1 - rng.uniform(0.1, 0.5) * np.clip(gx**2 + gy**2, 0, 2) / 2
    for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.6 else 0):  # shadows of phone, arm, head, window bars
        mask = np.zeros((h, w), np.uint8)
        if rng.random() < 0.5:
            points = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * (w, h)
            cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32))], 255, cv2.LINE_AA)
        else:
            p, q = rng.uniform(-0.5, 1.5, (2, 2)) * (w, h)
            cv2.line(mask, tuple(int(v) for v in p), tuple(int(v) for v in q), 255, int(rng.uniform(0.03, 0.25) * w), cv2.LINE_AA)
        light *= 1 - rng.uniform(0.1, 0.6) * cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), rng.uniform(1, 25))
    picture = picture * light[:, :, None]
    if rng.random() < 0.6:
        picture = picture * np.array([1, rng.uniform(0.8, 1.05), rng.uniform(0.5, 1.15)], np.float32)
    gain = rng.uniform(0.75, 1.1)
    if rng.random() < 0.12:
        gain = rng.uniform(0.12, 0.5)
    elif rng.random() < 0.08:
        gain = rng.uniform(1.2, 1.9)
    picture = 255 * np.clip(picture * gain / 255, 0, 1) ** rng.uniform(0.8, 1.25)
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 3.5) if rng.random() < 0.5 else 0.8)
    if rng.random() < 0.06:
        length = int(rng.integers(3, 15))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
        picture = cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1))
    picture = picture + rng.normal(0, rng.uniform(0, 5) if rng.random() < 0.8 else rng.uniform(5, 18), picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)
