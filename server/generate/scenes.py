"""Landscapes, drawn on demand, so that nobody's photographs are needed."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1066

Colour = tuple[int, int, int]

# The colours of the sky at the top and at the horizon, of the sun or moon, and of the ridges, farthest first.
SCENES: dict[str, tuple[Colour, Colour, Colour, tuple[Colour, ...]]] = {
    "morning": (
        (142, 184, 220),
        (250, 226, 190),
        (255, 244, 214),
        ((150, 170, 160), (104, 138, 112), (62, 96, 70)),
    ),
    "hills": (
        (120, 178, 222),
        (222, 236, 228),
        (255, 250, 230),
        ((136, 170, 120), (100, 146, 88), (66, 112, 62)),
    ),
    "snow": (
        (104, 142, 188),
        (232, 238, 246),
        (255, 255, 250),
        ((206, 216, 230), (228, 234, 242), (246, 248, 252)),
    ),
    "river": (
        (88, 112, 164),
        (250, 190, 140),
        (255, 226, 170),
        ((108, 98, 126), (78, 84, 110), (120, 134, 164)),
    ),
    "dusk": ((40, 44, 88), (232, 124, 84), (255, 196, 130), ((88, 66, 92), (58, 46, 70), (30, 26, 44))),
}


def picture(name: str, seed: int) -> bytes:
    """A JPEG of this scene; the same seed gives the same picture."""
    above, horizon, sun, ridges = SCENES[name]
    chance = random.Random(seed)  # noqa: S311 (a drawing)
    image = Image.new("RGB", (WIDTH, HEIGHT), above)
    draw = ImageDraw.Draw(image)
    for y in range(HEIGHT):
        draw.line(((0, y), (WIDTH, y)), fill=between(above, horizon, min(1.0, y / (HEIGHT * 0.65))))
    x, y, radius = chance.randint(300, 1300), chance.randint(180, 420), chance.randint(46, 84)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sun)
    image = image.filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(ridges):
        draw.polygon(ridge(chance, HEIGHT * (0.5 + 0.16 * number)), fill=colour)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=88)
    return out.getvalue()


def ridge(chance: random.Random, base: float) -> list[tuple[float, float]]:
    """The outline of some hills down to the lower edge."""
    waves = [(chance.uniform(0.6, 4.5), chance.uniform(0, 6.3), chance.uniform(12, 60)) for _ in range(4)]
    points = [
        (float(x), base + sum(height * math.sin(speed * x / 400 + shift) for speed, shift, height in waves))
        for x in range(0, WIDTH + 8, 8)
    ]
    return [(0.0, float(HEIGHT)), *points, (float(WIDTH), float(HEIGHT))]


def between(one: Colour, other: Colour, part: float) -> Colour:
    """A colour in between."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
