"""Valid pictures, damaged at random; the same seed gives the same damage."""

from __future__ import annotations

import functools
import random
import zlib
from collections.abc import Callable, Sequence

from PIL import Image, ImageCms

from tests import pictures
from tests.hostile import PNG_HEAD


@functools.cache
def good() -> tuple[bytes, ...]:
    """One of each kind that decoders treat differently; all small, so that a mutation hits what matters."""
    picture = pictures.gradient(60, 45)
    grey, clear, palette = picture.convert("L"), picture.convert("RGBA"), picture.quantize(16)
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(
        12
    )  # the creation date (ICC.1, 7.2.1): the only thing that differs from run to run
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")]
    moves = {"save_all": True, "append_images": frames[1:], "duration": 50}
    compressions = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    return (
        pictures.encoded(picture, "JPEG", exif=exif, icc_profile=bytes(profile)),
        pictures.encoded(picture, "JPEG", progressive=True, subsampling=0),
        pictures.encoded(picture.convert("CMYK"), "JPEG"),
        pictures.encoded(picture, "MPO", save_all=True, append_images=[grey.convert("RGB")]),
        *(pictures.encoded(each, "PNG", icc_profile=bytes(profile)) for each in (picture, clear, palette)),
        pictures.encoded(Image.new("I;16", (40, 30), 30_000), "PNG"),
        pictures.encoded(grey.convert("1"), "TIFF", compression="group4"),
        *(pictures.encoded(picture, "TIFF", compression=each, exif=exif) for each in compressions),
        pictures.encoded(Image.new("F", (20, 20), 0.5), "TIFF"),
        *(pictures.encoded(each, "WEBP", exif=exif) for each in (picture, clear)),
        pictures.encoded(clear, "WEBP", lossless=True),
        pictures.encoded(palette, "GIF", transparency=0),
        *(pictures.encoded(each, "BMP") for each in (picture, palette, grey.convert("1"))),
        pictures.encoded(clear, "ICO", sizes=[(16, 16), (32, 32)]),
        pictures.encoded(clear, "ICO", sizes=[(16, 16)], bitmap_format="bmp"),
        *(pictures.encoded(frames[0], format, **moves) for format in ("GIF", "PNG", "WEBP")),
    )


def mutated(seed: int) -> bytes:
    """A valid picture, damaged in one to four ways; the same seed gives the same result."""
    chosen = random.Random(seed)
    data = bytearray(good()[seed % len(good())])
    for _ in range(chosen.choice((1, 1, 1, 2, 4))):
        chosen.choice(WAYS)(data, chosen)
    if chosen.random() < 0.7:  # otherwise decoders would never look beyond the first wrong checksum
        mend_sums(data)
    return bytes(data)


def flip_bits(data: bytearray, chosen: random.Random) -> None:
    for _ in range(chosen.choice((1, 2, 8, 64))):
        data[place(data, chosen)] ^= 1 << chosen.randrange(8)


def write_number(data: bytearray, chosen: random.Random) -> None:
    """Replace a length, an offset or a size with an unusual number."""
    width = chosen.choice((1, 2, 4, 8))
    extreme = chosen.choice((0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1))
    at = place(data, chosen)
    data[at : at + width] = extreme.to_bytes(width, chosen.choice(("big", "little")))


def swap(data: bytearray, chosen: random.Random) -> None:
    """Swap two pieces."""
    first, second = sorted((place(data, chosen), place(data, chosen)))
    length = min(chosen.randrange(1, 64), second - first)
    data[first : first + length], data[second : second + length] = (
        data[second : second + length],
        data[first : first + length],
    )


def repeat(data: bytearray, chosen: random.Random) -> None:
    at = place(data, chosen)
    data[at:at] = data[at : at + chosen.randrange(1, 400)] * chosen.choice((1, 1, 2, 30))


def remove(data: bytearray, chosen: random.Random) -> None:
    at = place(data, chosen)
    del data[at : at + chosen.randrange(1, 200)]


def cut(data: bytearray, chosen: random.Random) -> None:
    del data[place(data, chosen) :]


def splice(data: bytearray, chosen: random.Random) -> None:
    """Continue with the rest of another picture."""
    other = chosen.choice(good())
    data[place(data, chosen) :] = other[place(other, chosen) :]


def insert_noise(data: bytearray, chosen: random.Random) -> None:
    at = place(data, chosen)
    data[at:at] = chosen.randbytes(chosen.choice((1, 4, 100)))


WAYS: Sequence[Callable[[bytearray, random.Random], None]] = (
    flip_bits,
    flip_bits,
    write_number,
    write_number,
    swap,
    repeat,
    remove,
    cut,
    splice,
    insert_noise,
)


def place(data: bytes | bytearray, chosen: random.Random) -> int:
    """A random position, half of the time among the first bytes, where headers are; 0 in an empty file."""
    length = min(len(data), 100) if chosen.random() < 0.5 else len(data)
    return chosen.randrange(length) if length else 0


def mend_sums(data: bytearray) -> None:
    """Correct the checksums of a PNG's chunks, as far as it still has any."""
    if not data.startswith(PNG_HEAD):
        return
    at = len(PNG_HEAD)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            return
        data[end : end + 4] = zlib.crc32(bytes(data[at + 4 : end])).to_bytes(4, "big")
        at = end + 4
