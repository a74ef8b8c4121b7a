"""Pictures for the tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture with more than one colour: red increases to the right, green downwards."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    blue = Image.new("L", (width, height), 90)
    return Image.merge("RGB", (red, green, blue)).convert(mode)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def jpeg(width: int = 64, height: int = 48, **options: Any) -> bytes:
    """A JPEG file."""
    return encoded(gradient(width, height), "JPEG", quality=90, **options)


def png(width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    """A PNG file."""
    return encoded(gradient(width, height, mode), "PNG")


def lying_phone_picture(width: int = 4032, height: int = 3024) -> bytes:
    """A picture as a phone stores it: sideways, with orientation, camera and location in its EXIF.

    Seen upright, its upper left corner is red and the rest is not.
    """
    image = Image.new("RGB", (width, height), (30, 90, 160))
    image.paste((250, 20, 20), (0, height * 3 // 4, width // 4, height))
    exif = Image.Exif()
    exif[0x0112] = 6  # it has to be rotated by 90 degrees clockwise
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(image, "JPEG", quality=90, exif=exif, comment=b"secret comment")


def animated_gif(frames: int = 4, width: int = 60, height: int = 40) -> bytes:
    """An animated GIF."""
    images = [Image.new("RGB", (width, height), (index * 40 % 256, 60, 200)) for index in range(frames)]
    return encoded(images[0], "GIF", save_all=True, append_images=images[1:], duration=80, loop=0)


def opened(data: bytes) -> Image.Image:
    """The decoded picture."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_red(image: Image.Image, corner: str) -> bool:
    """Whether one of its corners is red, as a corner of `lying_phone_picture` must be."""
    vertical, horizontal = corner.split()
    x = 20 if horizontal == "left" else image.width - 20
    y = 20 if vertical == "upper" else image.height - 20
    red, green, _ = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red > 200 > green
