"""A decoded picture's variants: their sizes, their colours, and how they are written.

This runs in the process that decodes (`picture_child`), which chooses the library before it imports this.
"""

from __future__ import annotations

import base64
import io
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageCms

from tasks import thumbhash

# Pillow's names for JPEG; an MPO, as some phones make it, has more pictures after the first.
JPEG = ("JPEG", "MPO")


class Variant(NamedTuple):
    """The box that it fits into, and whether it moves if the picture does."""

    box: tuple[int, int]
    moves: bool = True


# By what a picture is for, the largest first. In tweets: a full screen, and the timeline's column at
# twice its density. Avatars: the profile, and lists at four times and at twice the density; lists are still.
VARIANTS: dict[str, tuple[Variant, ...]] = {
    "tweet": (Variant((1920, 1080)), Variant((640, 640))),
    "avatar": (
        Variant((400, 400)),
        Variant((192, 192), moves=False),
        Variant((96, 96), moves=False),
    ),
    "header": (Variant((1500, 500), moves=False), Variant((600, 200), moves=False)),
}

# What is cut off at the edges, so that the width by the height is this.
SHAPES = {"avatar": 1, "header": 3}

# The limit for all frames of an animation together, after scaling: memory holds them while they are encoded.
ANIMATION_PIXELS = 64_000_000

QUALITY = 75

# Enough for a hash with at most 7 waves per side.
HASH_BOX = (32, 32)

ORIENTATION = 0x0112  # the EXIF tag, by CIPA DC-008 4.6.4
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)

# How many milliseconds browsers show a frame without a duration, or with one of 0 or 10 ms.
DEFAULT_DURATION = 100


def fitted(size: tuple[int, int], box: tuple[int, int], *, pixels: int | None = None) -> tuple[int, int]:
    """The size that fits the box, and the number of pixels; never enlarged, never below 1."""
    width, height = size
    scale = min(box[0] / width, box[1] / height, 1.0)
    if pixels is not None:
        scale = min(scale, (pixels / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture as RGB, or RGBA if anything is transparent; in sRGB; without the file's metadata."""
    transparent = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if transparent else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = to_srgb(image, profile, mode)
    if image.mode != mode:
        image = image.convert(mode)
    clean = Image.new(mode, image.size)
    clean.paste(image)
    return clean


def to_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Convert the colours to sRGB. A profile that cannot be used is treated as missing."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def cut(image: Image.Image, shape: float | None) -> Image.Image:
    """The middle of the picture, as large as the shape allows; all of it without one."""
    if shape is None:
        return image
    width, height = (
        min(image.width, round(image.height * shape)),
        min(image.height, round(image.width / shape)),
    )
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + max(1, width), top + max(1, height)))


def covering(size: tuple[int, int], box: tuple[int, int], shape: float | None) -> tuple[int, int]:
    """The size at which a picture that is then cut fits the box; never enlarged."""
    if shape is None:
        return fitted(size, box)
    width, height = size
    scale = min(1.0, max(box[0] / width, box[1] / height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def still(image: Image.Image, orientation: int, purpose: str) -> list[Image.Image]:
    """The variants of a picture that does not move."""
    largest, *others = VARIANTS[purpose]
    shape = SHAPES.get(purpose)
    size = image.size[::-1] if orientation in SIDEWAYS else image.size
    large = covering(size, largest.box, shape)
    stored = large[::-1] if orientation in SIDEWAYS else large
    if image.format in JPEG:
        image.draft(None, stored)  # decode at 1/2, 1/4 or 1/8 if that is enough
    image.load()
    profile = image.info.get("icc_profile")
    image = widened(image)
    if image.size != stored:
        image = image.resize(stored, Image.Resampling.LANCZOS)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    made = [plain(cut(image, shape), profile)]
    for variant in others:
        made.append(made[-1].resize(fitted(made[-1].size, variant.box), Image.Resampling.LANCZOS))
    return made


def widened(image: Image.Image) -> Image.Image:
    """Convert to a mode that can be scaled smoothly: no palette, no single bits, no deep greys."""
    if image.mode.startswith(("I", "F")):
        return eight_bits(image)
    if image.mode in ("P", "PA", "LA", "1") or "transparency" in image.info:
        transparent = "A" in image.getbands() or "transparency" in image.info
        return image.convert("RGBA" if transparent else "RGB")
    return image


def eight_bits(image: Image.Image) -> Image.Image:
    """Convert greys of more than 8 bits; white is the lowest usual white value that no pixel exceeds."""
    image.info.pop("transparency", None)  # a grey of the deep scale, which the new one does not have
    grey = image.convert("F")
    brightest = float(grey.getextrema()[1])  # type: ignore[arg-type]
    usual = (65535.0, 2.0**32 - 1) if image.mode.startswith("I") else (1.0, 255.0, 65535.0, 2.0**32 - 1)
    white = next((white for white in usual if brightest <= white), brightest)
    return grey.point(lambda value: value * (255 / white)).convert("L")


def moving(image: Image.Image, purpose: str) -> tuple[list[list[Image.Image]], list[int]]:
    """The variants of an animation as frames, one frame if it is still, and how long each is shown (ms)."""
    shape, variants = SHAPES.get(purpose), VARIANTS[purpose]
    count: int = image.n_frames  # type: ignore[attr-defined]
    budget = ANIMATION_PIXELS // count
    size = cut(image, shape).size
    sizes = [fitted(size, variant.box, pixels=budget) for variant in variants]
    made: list[list[Image.Image]] = [[] for _ in variants]
    durations: list[int] = []
    for index in range(count):
        image.seek(index)
        image.load()
        duration = round(image.info.get("duration") or 0)
        durations.append(duration if duration > 10 else DEFAULT_DURATION)
        frame = cut(image.convert("RGBA"), shape)
        for variant, size, frames in zip(variants, sizes, made, strict=True):
            if variant.moves or not frames:
                frame = frame.resize(size, Image.Resampling.BILINEAR)
                frames.append(plain(frame, None))
    return made, durations


def placeholder(image: Image.Image) -> str:
    """The picture's thumbhash in base64."""
    tiny = image.resize(fitted(image.size, HASH_BOX), Image.Resampling.BILINEAR).convert("RGBA")
    return base64.b64encode(thumbhash.encode(tiny.width, tiny.height, tiny.tobytes())).decode()


def save(image: Image.Image, file: BinaryIO, **animation: Any) -> str:
    """Write a variant; return its media type."""
    if image.mode == "RGB" and not animation:
        image.save(file, "JPEG", quality=QUALITY)
        return "image/jpeg"
    # method 2 of 0 to 6: a tenth larger than with method 4, in a third of the time
    image.save(file, "WEBP", quality=QUALITY, method=2, **animation)
    return "image/webp"
