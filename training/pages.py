"""Draws invented homework: papers, hands, inks, printed sheets. Everything comes from a numpy Generator: same seed, same page.

A page is an RGB picture (uint8) of PX_PER_MM pixels a millimetre, upright.
"""
import math
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

PX_PER_MM = 4.0
HELD_OUT = 0.2  # share of the hands that training never sees

WORDS = (
    "le la les un une des de du et en dans pour sur avec sans par plus moins donc car mais ou si que qui est sont a ont fait font mon ma ses leur nous vous il elle on "
    "maison école cahier élève exercice réponse question phrase verbe sujet complément nombre triangle cercle carré angle droite segment point milieu somme produit "
    "quotient reste fraction calcul résultat longueur largeur hauteur aire périmètre volume mètre gramme litre heure minute seconde vitesse lumière plante animal cellule "
    "eau terre air soleil lune planète roi guerre paix peuple ville pays carte fleuve montagne mer océan histoire siècle année jour mois semaine lundi mardi mercredi jeudi "
    "vendredi janvier février mars avril juin juillet septembre octobre novembre décembre parce quand comme alors ensuite enfin puis après avant pendant toujours jamais "
    "the of and to in is was for it with as his on be at by had not are but from they which one you were her all she there would their we him been has when who will "
    "house school book because answer number water light river mountain people history story friend teacher pupil sentence letter always never before after through"
).split()
CAPS = "ABCDEFGHIJLMNOPQRSTUV"


def fonts_in(folders):
    """Every font file below the folders that has French letters; one a family where a package holds many cuts."""
    found = {}
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in sorted(names):
                stem, ext = os.path.splitext(name)
                if ext.lower() not in (".ttf", ".otf", ".woff"):
                    continue
                if ext == ".woff" and ("latin-400-normal" not in stem or "latin-ext" in stem):
                    continue
                if any(word in stem.lower() for word in ("bold", "oblique", "lignes", "symbol", "d050000l", "math", "emoji")):
                    continue
                path = os.path.join(base, name)
                try:
                    font = ImageFont.truetype(path, 40)
                    sizes = {font.getmask(letter).getbbox() for letter in "aéhgt7"}
                except (OSError, ValueError):
                    continue
                if len(sizes) >= 4 and None not in sizes:
                    found[stem] = path
    return [found[key] for key in sorted(found)]


def split_hands(paths):
    """(for training, held out)"""
    order = np.random.default_rng(7).permutation(len(paths))
    count = max(1, round(len(paths) * HELD_OUT))
    return [paths[i] for i in order[count:]], [paths[i] for i in order[:count]]


_cache = {}


def font_of(path, size):
    key = (path, int(size))
    if key not in _cache:
        if len(_cache) > 600:
            _cache.clear()
        _cache[key] = ImageFont.truetype(path, int(size))
    return _cache[key]


def sized(path, x_height_px):
    """The font whose small letters are this high: hands differ widely in how much of their em they fill."""
    box = font_of(path, 100).getbbox("x")
    return font_of(path, max(7, min(200, 100 * x_height_px / max(8, box[3] - box[1]))))


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


INKS = {
    "blue": [(28, 40, 140), (20, 60, 170), (45, 60, 120), (60, 80, 180), (15, 25, 90), (70, 110, 200)],
    "black": [(20, 20, 25), (45, 45, 50), (60, 58, 60)],
    "pencil": [(95, 95, 98), (120, 120, 122), (140, 138, 138), (80, 80, 84)],
    "red": [(190, 25, 35), (215, 50, 60), (170, 30, 60)],
    "green": [(20, 120, 60), (50, 150, 80), (10, 90, 70)],
    "violet": [(110, 40, 150), (150, 60, 160)],
}
PAPERS = [(252, 251, 248), (250, 248, 240), (246, 240, 224), (240, 242, 246), (255, 255, 255), (238, 232, 214), (244, 244, 244), (232, 238, 244), (250, 236, 200), (225, 240, 228)]


def size_mm(rng):
    kind = rng.random()
    if kind < 0.5:
        return 210.0, 297.0
    if kind < 0.75:
        return 170.0, 220.0
    if kind < 0.9:
        return 240.0, 320.0
    return 148.0, 210.0


class Page:
    """One page being drawn, with the hand, ink and paper it was given."""

    def __init__(self, rng, hands, prints, mm=None):
        self.rng = rng
        self.mm = mm or size_mm(rng)
        self.w, self.h = (round(side * PX_PER_MM) for side in self.mm)
        self.paper = np.array(pick(rng, PAPERS))
        self.image = Image.new("RGB", (self.w, self.h), tuple(int(v) for v in self.paper))
        self.draw = ImageDraw.Draw(self.image)
        self.ink_layer = Image.new("RGB", (self.w, self.h), (255, 255, 255))
        self.ink = ImageDraw.Draw(self.ink_layer)
        self.hand, self.print = pick(rng, hands), pick(rng, prints)
        self.main = pick(rng, INKS[pick(rng, ["blue"] * 5 + ["black"] * 3 + ["pencil"] * 4 + ["violet"])])
        self.pitch = 8.0
        self.margin = 15.0

    def px(self, mm):
        return mm * PX_PER_MM

    def rule(self, kind, margin_side="left"):
        """Séyès, squares, lines or nothing, with a margin."""
        rng, draw = self.rng, self.draw
        tint = rng.uniform(0.25, 1)
        colour = lambda rgb: tuple(int(p + (c - p) * tint) for p, c in zip(self.paper, rgb))
        base = pick(rng, [(150, 165, 215), (170, 150, 210), (150, 190, 215), (180, 180, 185), (190, 160, 190)])
        top = rng.uniform(8, 34)
        width = lambda: int(rng.integers(1, 3))
        if kind == "seyes":
            self.pitch, self.margin = 8.0, rng.uniform(24, 42)
            for k, y in enumerate(np.arange(top, self.mm[1] - rng.uniform(2, 14), 2.0)):
                heavy = k % 4 == 0
                draw.line([(0, self.px(y)), (self.w, self.px(y))], fill=colour(base) if heavy else colour(tuple(int(v * 0.45 + 255 * 0.55) for v in base)), width=width() if heavy else 1)
            for x in np.arange(self.margin, self.mm[0], 8.0):
                draw.line([(self.px(x), 0), (self.px(x), self.h)], fill=colour(base), width=1)
        elif kind == "squares":
            self.pitch = pick(rng, [5.0, 10.0, 5.0, 4.0])
            for axis, length in ((0, self.mm[0]), (1, self.mm[1])):
                for at in np.arange(rng.uniform(0, 5), length, 5.0 if self.pitch == 10 else self.pitch):
                    line = [(self.px(at), 0), (self.px(at), self.h)] if axis == 0 else [(0, self.px(at)), (self.w, self.px(at))]
                    draw.line(line, fill=colour(base), width=1)
            self.pitch = max(self.pitch, 5.0) * pick(rng, [1, 1, 2]) if self.pitch < 10 else 10.0
            self.margin = pick(rng, [rng.uniform(5, 12), rng.uniform(20, 35)])
        elif kind == "lines":
            self.pitch = rng.uniform(6, 11)
            for y in np.arange(top, self.mm[1] - 8, self.pitch):
                draw.line([(0, self.px(y)), (self.w, self.px(y))], fill=colour(base), width=width())
            self.margin = rng.uniform(8, 35)
        else:
            self.pitch, self.margin = rng.uniform(6, 14), rng.uniform(8, 30)
        if kind in ("seyes", "lines") or rng.random() < 0.3:
            x = self.px(self.margin - 1)
            if rng.random() < 0.85:
                draw.line([(x, 0), (x, self.h)], fill=colour((225, 110, 130)), width=int(rng.integers(1, 3)))
        if rng.random() < 0.25:  # holes for a binder
            for y in ([0.28, 0.72] if rng.random() < 0.5 else np.linspace(0.1, 0.9, int(rng.integers(3, 7)))):
                r = self.px(rng.uniform(2.2, 3.2))
                cx = self.px(8)
                draw.ellipse([cx - r, self.h * y - r, cx + r, self.h * y + r], fill=tuple(int(v) for v in rng.integers(20, 130, 3)))
        self.top = top + self.pitch

    def write(self, x, y, text, ink, x_height, font=None, limit=None, slope=0.0):
        """Words from x on, the baseline at y (mm); each word jitters. Ends at `limit` (mm); gives the end (mm)."""
        rng = self.rng
        face = sized(font or self.hand, self.px(x_height))
        space = max(face.getlength("n") * rng.uniform(0.4, 0.8), 2)
        shaky = 0.0 if font else 1.0
        at = self.px(x)
        limit = self.px(limit or self.mm[0] - 3)
        for word in text.split(" "):
            length = face.getlength(word)
            if at + length > limit:
                break
            wobble = shaky * self.px(rng.normal(0, 0.25))
            tint = tuple(int(np.clip(c + shaky * rng.normal(0, 10), 0, 235)) for c in ink)
            self.ink.text((at, self.px(y) + wobble + slope * (at - self.px(x))), word, font=face, fill=tint, anchor="ls")
            at += length + space * (1 + shaky * abs(rng.normal(0, 0.25)))
        return at / PX_PER_MM

    def sentence(self, words):
        rng = self.rng
        text = [pick(rng, WORDS) for _ in range(words)]
        text[0] = text[0].capitalize()
        if rng.random() < 0.3:
            text[int(rng.integers(words))] += ","
        if rng.random() < 0.15:
            text[int(rng.integers(words))] = str(int(rng.integers(1, 2000)))
        return " ".join(text) + pick(rng, [".", ".", "", " ?", " :", " !"])

    def sum(self):
        rng = self.rng
        a, b, c = (int(v) for v in rng.integers(1, 400, 3))
        return pick(rng, [f"{a} + {b} = {a + b}", f"{a} × {b} = {a * b}", f"x = {a},{b}", f"{a}x − {b} = {c}", f"{a} : {b} = {c},{a % 10}", f"A = {a} cm²", f"( {a} − {b} ) × {c}", f"{a} km = {a}000 m", f"f(x) = {a % 9}x + {b}"])

    def label(self):
        rng = self.rng
        k = int(rng.integers(1, 12))
        return pick(rng, [f"{k})", f"{k}.", f"Ex {k} :", f"Exercice {k}", f"n° {k} p {int(rng.integers(5, 200))}", f"{pick(rng, CAPS)}.", "-", "•", f"{chr(97 + k)})", f"Question {k}"])

    def drawing(self, x, y, w, h, ink):
        """A figure within the box (mm), in one ink: geometry, diagram, table, graph, picture."""
        rng, d = self.rng, self.ink
        at = lambda u, v: (self.px(x + u * w), self.px(y + v * h))
        stroke = int(rng.integers(1, 4))
        kind = rng.random()
        if kind < 0.25:
            points = [at(*rng.uniform(0.05, 0.95, 2)) for _ in range(int(rng.integers(3, 6)))]
            d.line(points + points[:1], fill=ink, width=stroke)
            for p in points:
                d.text((p[0] + 4, p[1] - 4), pick(rng, CAPS), font=sized(self.hand, self.px(2.2)), fill=ink, anchor="ls")
        elif kind < 0.4:
            r = min(w, h) * rng.uniform(0.2, 0.48)
            cx, cy = x + w / 2, y + h / 2
            d.ellipse([self.px(cx - r), self.px(cy - r), self.px(cx + r), self.px(cy + r)], outline=ink, width=stroke)
            a = rng.uniform(0, 6.3)
            d.line([(self.px(cx), self.px(cy)), (self.px(cx + r * math.cos(a)), self.px(cy + r * math.sin(a)))], fill=ink, width=stroke)
        elif kind < 0.6:
            columns, rows = int(rng.integers(2, 7)), int(rng.integers(2, 7))
            for k in range(columns + 1):
                d.line([at(k / columns, 0), at(k / columns, 1)], fill=ink, width=stroke)
            for k in range(rows + 1):
                d.line([at(0, k / rows), at(1, k / rows)], fill=ink, width=stroke)
            for i in range(columns):
                for j in range(rows):
                    if rng.random() < 0.6:
                        self.write(x + (i + 0.1) * w / columns, y + (j + 0.8) * h / rows, pick(rng, [pick(rng, WORDS), str(int(rng.integers(0, 999)))]), ink, min(2.4, h / rows * 0.35), limit=x + (i + 1) * w / columns)
        elif kind < 0.75:
            d.line([at(0.05, 0), at(0.05, 0.95), at(1, 0.95)], fill=ink, width=stroke)
            if rng.random() < 0.5:
                t = np.linspace(0.06, 0.98, 60)
                wave = 0.5 + 0.35 * np.sin(t * rng.uniform(3, 18) + rng.uniform(0, 6)) * rng.uniform(0.3, 1)
                d.line([at(u, v) for u, v in zip(t, wave)], fill=pick(rng, INKS[pick(rng, ["red", "blue", "green", "pencil"])]), width=stroke)
            else:
                n = int(rng.integers(3, 8))
                for k in range(n):
                    v = rng.uniform(0.1, 0.9)
                    d.rectangle([*at(0.1 + 0.88 * k / n, v), *at(0.1 + 0.88 * (k + 0.7) / n, 0.95)], outline=ink, fill=pick(rng, [None, (200, 205, 230), (235, 200, 190), (200, 230, 200)]), width=stroke)
        else:  # a picture: photograph, map or illustration
            small = rng.integers(40, 256, (int(rng.integers(3, 9)), int(rng.integers(3, 9)), 3)).astype(np.uint8)
            if rng.random() < 0.5:
                small = small.mean(axis=2, keepdims=True).repeat(3, axis=2).astype(np.uint8)
            picture = cv2.resize(small, (max(4, int(self.px(w))), max(4, int(self.px(h)))), interpolation=pick(rng, [cv2.INTER_CUBIC, cv2.INTER_NEAREST, cv2.INTER_LINEAR]))
            self.ink_layer.paste(Image.fromarray(picture), (int(self.px(x)), int(self.px(y))))
            if rng.random() < 0.5:
                d.rectangle([*at(0, 0), *at(1, 1)], outline=(30, 30, 30), width=stroke)

    def fill(self, printed):
        """Date, title, then blocks down the page until a random height."""
        rng = self.rng
        red, green = pick(rng, INKS["red"]), pick(rng, INKS["green"])
        size = rng.uniform(1.5, 3.1) if not printed else rng.uniform(1.3, 2.4)
        pitch = self.pitch if not printed else size * rng.uniform(2.3, 3.6)
        left = self.margin + rng.uniform(0, 4)
        right = self.mm[0] - rng.uniform(4, 25)
        font = self.print if printed else None
        ink = (25, 25, 28) if printed else self.main
        y = self.top + (0 if not printed else 4)
        if rng.random() < 0.5:
            self.write(left, y, pick(rng, [f"{pick(rng, WORDS).capitalize()} {pick(rng, WORDS).capitalize()}", "Nom : ............ Prénom : ............"]), ink, size, font)
        if rng.random() < 0.6:
            self.write(self.mm[0] * rng.uniform(0.4, 0.65), y, f"{pick(rng, ['Lundi', 'Mardi', 'Jeudi', 'Vendredi', 'le'])} {int(rng.integers(1, 31))} {pick(rng, ['mars', 'mai', 'juin', 'octobre', 'novembre'])}", ink, size, font)
        y += pitch * int(rng.integers(1, 3))
        if rng.random() < 0.8:
            x = left + rng.uniform(0, (right - left) * 0.4)
            title = self.sentence(int(rng.integers(1, 5)))
            colour = pick(rng, [red, red, ink, green])
            end = self.write(x, y, title, colour, size * rng.uniform(1, 1.5), font)
            if rng.random() < 0.7:
                self.ink.line([(self.px(x), self.px(y + 1)), (self.px(end - 1.5), self.px(y + 1 + rng.normal(0, 0.5)))], fill=colour, width=int(rng.integers(1, 4)))
            y += pitch * int(rng.integers(1, 3))
        bottom = self.mm[1] * (rng.uniform(0.2, 0.6) if rng.random() < 0.3 else rng.uniform(0.6, 0.97))
        slope = 0.0 if printed else rng.normal(0, 0.004 if self.pitch != 0 else 0.01)
        while y < bottom:
            kind = rng.random()
            if kind < 0.45:
                indent = left + (rng.uniform(4, 14) if rng.random() < 0.4 else 0)
                for k in range(int(rng.integers(1, 7))):
                    if y > bottom:
                        break
                    last = rng.random() < 0.2
                    self.write(indent if k == 0 else left, y, self.sentence(int(rng.integers(3, 6) if last else 30)), ink, size, font, right, slope)
                    y += pitch
            elif kind < 0.68:
                columns = pick(rng, [1, 1, 2, 3])
                for _ in range(int(rng.integers(1, 5))):
                    for column in range(columns):
                        x = left + (right - left) * column / columns
                        self.write(x, y, self.sum() if rng.random() < 0.8 else self.sentence(3), ink, size, font, left + (right - left) * (column + 1) / columns)
                    y += pitch
            elif kind < 0.82:
                x = left if rng.random() < 0.7 else max(3.0, left - rng.uniform(5, 15))
                colour = pick(rng, [red, green, ink, ink])
                text = self.label() + (" " + self.sentence(int(rng.integers(2, 8))) if rng.random() < 0.7 else "")
                end = self.write(x, y, text, colour, size, font, right)
                if rng.random() < 0.6:
                    self.ink.line([(self.px(x), self.px(y + 1)), (self.px(max(x + 3, end - 1.5)), self.px(y + 1))], fill=colour, width=int(rng.integers(1, 3)))
                y += pitch
                if printed:
                    for _ in range(int(rng.integers(0, 4))):
                        if rng.random() < 0.5:
                            self.ink.line([(self.px(left), self.px(y)), (self.px(right), self.px(y))], fill=(150, 150, 150), width=1)
                        else:
                            self.write(left, y, "." * int(rng.integers(20, 90)), (90, 90, 90), size, font, right)
                        if rng.random() < 0.6:
                            self.write(left + 3, y - 0.6, self.sentence(int(rng.integers(2, 9))), self.main, size * rng.uniform(1.0, 1.4), None, right)
                        y += pitch * 1.2
            else:
                w, h = rng.uniform(0.25, 0.9) * (right - left), rng.uniform(18, 60)
                h = min(h, bottom - y + 10)
                x = left + rng.uniform(0, (right - left) - w)
                if h > 12:
                    self.drawing(x, y - pitch * 0.5, w, h, pick(rng, [ink, pick(rng, INKS["pencil"]), green]))
                y += h + pitch * 0.5
            if rng.random() < 0.25:
                y += pitch * int(rng.integers(1, 3))
        if rng.random() < 0.2:  # the teacher's hand
            for _ in range(int(rng.integers(1, 5))):
                self.write(rng.uniform(3, self.mm[0] * 0.6), rng.uniform(10, self.mm[1] - 10), pick(rng, ["Bien", "TB", "Revoir !", "15/20", "?", "oui", "attention", "vu"]), red, rng.uniform(2, 4))

    def finished(self, printed):
        """Ink over paper; the letters of a hand are bent a little, each differently."""
        rng = self.rng
        ink = np.asarray(self.ink_layer).astype(np.float32)
        if not printed or rng.random() < 0.3:
            ink = bent(ink, rng, self.px(rng.uniform(0.05, 0.35)), self.px(rng.uniform(1.5, 5)))
        strength = rng.uniform(0.75, 1.0)
        grain = 1.0
        if rng.random() < 0.5:
            grain = np.clip(cv2.resize(rng.normal(1, 0.25, (self.h // 2 + 1, self.w // 2 + 1)).astype(np.float32), (self.w, self.h)), 0.4, 1)[:, :, None]
        cover = (1 - ink / 255) * strength * grain
        page = np.asarray(self.image).astype(np.float32)
        if rng.random() < 0.25:  # what shows through from the back
            back = np.asarray(self.ink_layer)[:, ::-1].astype(np.float32)
            page *= 1 - (1 - cv2.GaussianBlur(back, (0, 0), 2) / 255) * rng.uniform(0.03, 0.12)
        if rng.random() < 0.2:  # a fold across the sheet
            for _ in range(int(rng.integers(1, 3))):
                across = np.arange(self.h if rng.random() < 0.5 else self.w, dtype=np.float32)
                shade = 1 - rng.uniform(0.03, 0.15) * np.exp(-(((across - rng.uniform(0.2, 0.8) * across.size) / rng.uniform(2, 12)) ** 2))
                page *= shade[:, None, None] if across.size == self.h else shade[None, :, None]
        return np.clip(page * (1 - cover), 0, 255).astype(np.uint8)


def bent(picture, rng, amplitude, scale):
    """Smooth random displacement of about `amplitude` pixels, of features `scale` pixels wide."""
    h, w = picture.shape[:2]
    small = (int(w / scale) + 2, int(h / scale) + 2)
    field = [cv2.resize(rng.normal(0, amplitude, (small[1], small[0])).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC) for _ in range(2)]
    gx, gy = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    return cv2.remap(picture, gx + field[0], gy + field[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def draw_page(rng, hands, prints, mm=None):
    page = Page(rng, hands, prints, mm)
    printed = rng.random() < 0.28
    page.rule("blank" if printed else pick(rng, ["seyes", "seyes", "squares", "squares", "lines", "blank"]))
    page.fill(printed)
    return page.finished(printed)
