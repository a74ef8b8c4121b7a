"""ThumbHash: a blurred preview of a picture in about 25 bytes, shown until the picture has loaded.

The format is Evan Wallace's (https://evanw.github.io/thumbhash/). The picture becomes luminance, two
differences of colours, and opacity; the lowest frequencies of each one's cosine transform are kept, with four
bits each, after a header with the means and scales. We have our own code because, of the two Python packages,
one has no builds for today's Python, and the other fails on transparent pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# The longest side that the format allows: a longer one would make no difference.
MAX_SIDE = 100

# Coefficients below this are rounding errors of floating-point sums in a flat picture.
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Channel:
    """A transformed channel: the mean, the largest other coefficient, the others scaled to 0…1."""

    mean: float
    scale: float
    coefficients: list[float]


def encode(width: int, height: int, rgba: bytes) -> bytes:
    """The hash of `width * height` pixels of 4 bytes, neither side above `MAX_SIDE`."""
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and len(rgba) == width * height * 4):
        raise ValueError(f"{width}x{height} with {len(rgba)} bytes is no picture for a hash")
    red, green, blue, opacity = ([value / 255 for value in rgba[first::4]] for first in range(4))
    covered = sum(opacity)
    transparent = covered < width * height
    red, green, blue = (over_its_mean(colour, opacity, covered) for colour in (red, green, blue))
    pixels = list(zip(red, green, blue, strict=True))

    limit = 5 if transparent else 7
    across = max(1, rounded(limit * width / max(width, height)))
    down = max(1, rounded(limit * height / max(width, height)))
    luminance = transform([sum(rgb) / 3 for rgb in pixels], width, max(3, across), max(3, down))
    yellow = transform([(r + g) / 2 - b for r, g, b in pixels], width, 3, 3)
    redness = transform([r - g for r, g, _ in pixels], width, 3, 3)

    landscape = width > height
    head = rounded(63 * luminance.mean) | rounded(31.5 + 31.5 * yellow.mean) << 6
    head |= rounded(31.5 + 31.5 * redness.mean) << 12 | rounded(31 * luminance.scale) << 18
    head |= transparent << 23
    more = (down if landscape else across) | rounded(63 * yellow.scale) << 3
    more |= rounded(63 * redness.scale) << 9 | landscape << 15
    out = bytearray(head.to_bytes(3, "little") + more.to_bytes(2, "little"))
    channels = [luminance, yellow, redness]
    if transparent:
        cover = transform(opacity, width, 5, 5)
        out.append(rounded(15 * cover.mean) | rounded(15 * cover.scale) << 4)
        channels.append(cover)
    nibbles = [rounded(15 * value) for channel in channels for value in channel.coefficients]
    nibbles += [0] * (len(nibbles) % 2)
    return bytes(out) + bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


def over_its_mean(colour: Sequence[float], opacity: Sequence[float], covered: float) -> list[float]:
    """The colour composited over its own mean, so that transparent pixels don't count."""
    mean = sum(map(float.__mul__, colour, opacity)) / covered if covered else 0.0
    return [mean * (1 - cover) + value * cover for value, cover in zip(colour, opacity, strict=True)]


def transform(values: Sequence[float], width: int, across: int, down: int) -> Channel:
    """The lowest frequencies of a cosine transform: a triangle of `across` by `down`."""
    height = len(values) // width
    waves_x = [[math.cos(math.pi / width * n * (x + 0.5)) for x in range(width)] for n in range(across)]
    waves_y = [[math.cos(math.pi / height * n * (y + 0.5)) for y in range(height)] for n in range(down)]
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    by_row = [[sum(map(float.__mul__, row, wave)) for row in rows] for wave in waves_x]
    found = [
        sum(map(float.__mul__, by_row[x], waves_y[y])) / len(values)
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    mean, others = found[0], found[1:]
    scale = max(map(abs, others), default=0.0)
    if scale < NOISE:
        scale = 0.0
    return Channel(mean, scale, [0.5 + 0.5 * value / scale if scale else 0.0 for value in others])


def rounded(value: float) -> int:
    """Round to the nearest integer, halves upwards, as the format's reference code does."""
    return math.floor(value + 0.5)
