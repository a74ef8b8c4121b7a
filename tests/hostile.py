"""Hostile pictures that attack their decoder, made on the spot: bombs, polyglots, and other file types."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests import pictures

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


# Small files that claim, or hold, far more than their size suggests. Some break no limit.
BOMBS: dict[str, Callable[[], bytes]] = {
    "png-60000-square": lambda: png(60_000, 60_000, zeros(1000)),
    "png-most-pixels": lambda: png(5000, 5000, zeros(5001 * 5000)),
    "png-one-line": lambda: png(24_000_000, 1, zeros(24_000_001)),
    "png-text": lambda: with_chunk(pictures.png(), "zTXt", b"a\0\0" + zeros(50_000_000)),
    "png-profile": lambda: with_chunk(pictures.png(), "iCCP", b"a\0\0" + zeros(50_000_000)),
    "png-frames": lambda: with_chunk(pictures.png(), "acTL", struct.pack(">II", 100_000, 0)),
    "gif-frames": lambda: gif(5000),
    "gif-canvas-frames": lambda: gif(199, 5000, 4900),
    "gif-nothing-happens": lambda: gif(200, 1549, 1549),
    "gif-65535-square": lambda: gif(3, 65_535, 65_535),
    "gif-most-pixels": lambda: pictures.encoded(Image.new("P", (5000, 5000)), "GIF"),
    "webp-16383-square": lambda: webp_lossless(16_383, 16_383),
    "webp-canvas": lambda: webp_animation(16_384, 16_384, frames=3),
    "webp-frames": lambda: webp_animation(1, 1, frames=3000),
    "tiff-60000-square": lambda: tiff(60_000, 60_000),
    "tiff-deflate": lambda: tiff(5000, 5000, compression=8, data=zeros(25_000_000)),
    "tiff-endless": lambda: endless(tiff(8, 8)),
    "tiff-no-rows": lambda: tiff(4000, 4000, rows_per_strip=0),
    "bmp-2-billion": lambda: bmp(2**31 - 1, 2**31 - 1),
    "bmp-upside-down": lambda: bmp(30_000, -30_000),
    "bmp-run-lengths": lambda: bmp(4999, 5000, bits=8, compression=1, data=b"\xff\0" * 98_020 + b"\0\1"),
    "ico-65535-entries": lambda: b"\0\0\1\0\xff\xff" + (b"\x10\x10\0\0\1\0\x20\0" + bytes(8)) * 65_535,
    "ico-huge-bitmap": lambda: ico(bmp(20_000, 40_000, bits=32)[14:]),
    "ico-huge-png": lambda: ico(png(9000, 9000, zeros(1000))),
    "jpeg-65500-square": lambda: jpeg_of_size(65_500, 65_500),
    "jpeg-most-pixels": lambda: pictures.encoded(Image.new("L", (8000, 8000)), "JPEG", quality=1),
}

# Files of other types, whatever their names say.
STRANGERS: dict[str, bytes] = {
    "empty": b"",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(200),
    "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF",
    "exe": b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0",
    "elf": b"\x7fELF\2\1\1" + bytes(200),
    "zip": b"PK\3\4" + bytes(200),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n",
    "psd": b"8BPS\0\1" + bytes(100),
    "jpeg2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
    "riff-of-another-kind": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
}


def polyglots() -> dict[str, tuple[bytes, bytes]]:
    """Valid pictures that are also another program's file, each with the part that must not be served."""
    archive = b"PK\3\4" + b"Evil.class" + bytes(50) + b"PK\5\6" + bytes(18)
    script = b"*/=1;alert('polyglot')/*"
    page = b"<html><script>alert('polyglot')</script></html>"
    document = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript>>>>endobj\n%%EOF"
    return {
        "gifar": (pictures.animated_gif(1) + archive, b"Evil.class"),
        "pdf-in-jpeg": (pictures.jpeg(comment=document), b"OpenAction"),
        "html-in-jpeg": (pictures.jpeg(comment=page), b"polyglot"),
        "js-in-jpeg": (pictures.jpeg() + script, b"polyglot"),
        "html-in-png": (with_chunk(pictures.png(), "tEXt", b"Comment\0" + page), b"polyglot"),
        "pdf-behind-png": (pictures.png() + document, b"OpenAction"),
        "html-in-gif": (pictures.animated_gif(1)[:-1] + gif_comment(page) + b";", b"polyglot"),
        "js-in-bmp": (pictures.encoded(pictures.gradient(9, 9), "BMP") + script, b"polyglot"),
        "html-behind-webp": (pictures.encoded(pictures.gradient(9, 9), "WEBP") + page, b"polyglot"),
    }


def chunks(*parts: tuple[str, bytes]) -> bytes:
    """A PNG that consists of these chunks."""
    file = bytearray(PNG_HEAD)
    for name, content in parts:
        kind = name.encode()
        file += len(content).to_bytes(4, "big") + kind + content
        file += zlib.crc32(kind + content).to_bytes(4, "big")
    return bytes(file)


def zeros(count: int) -> bytes:
    """Compressed zeros: a thousandth of their original size."""
    return zlib.compress(bytes(count), 1)


def png(width: int, height: int, compressed: bytes) -> bytes:
    """A grey PNG; the data may be of another size than the header says."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return chunks(("IHDR", head), ("IDAT", compressed), ("IEND", b""))


def with_chunk(file: bytes, name: str, content: bytes) -> bytes:
    """The PNG with this chunk inserted after its header."""
    added = chunks((name, content))[len(PNG_HEAD) :]
    return file[:33] + added + file[33:]


def gif(frames: int, width: int = 1, height: int = 1) -> bytes:
    """A GIF each of whose frames is one pixel."""
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6)
    return screen + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0" * frames + b";"


def gif_comment(text: bytes) -> bytes:
    return b"\x21\xfe" + bytes([len(text)]) + text + b"\0"


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    """A WebP that consists of these chunks."""
    content = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"WEBP" + content


def webp_lossless(width: int, height: int) -> bytes:
    """A lossless WebP with only its header, followed by noise."""
    return riff((b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(64)))


def webp_animation(width: int, height: int, *, frames: int) -> bytes:
    """A WebP animation each of whose frames is one pixel."""
    still = pictures.encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    edges = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame = b"ANMF", bytes(12) + b"\x0a\0\0\0" + still
    return riff((b"VP8X", b"\x02\0\0\0" + edges), (b"ANIM", bytes(6)), *[frame] * frames)


def tiff(
    width: int,
    height: int,
    *,
    compression: int = 1,
    rows_per_strip: int | None = None,
    data: bytes = bytes(64),
) -> bytes:
    """A grey TIFF in one strip."""
    rows = height if rows_per_strip is None else rows_per_strip
    shorts = {258: 8, 259: compression, 262: 1, 277: 1}
    longs = {256: width, 257: height, 273: 8, 278: rows, 279: len(data)}
    tags = sorted(
        [(tag, 3, 1, value) for tag, value in shorts.items()] + [(t, 4, 1, v) for t, v in longs.items()]
    )
    listed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = struct.pack("<I", 8 + len(data))
    return b"II*\0" + start + data + struct.pack("<H", len(tags)) + listed + bytes(4)


def endless(file: bytes) -> bytes:
    """A TIFF whose second page is its first one again."""
    return file[:-4] + file[4:8]


def bmp(width: int, height: int, *, bits: int = 24, compression: int = 0, data: bytes = bytes(64)) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    colours = bytes(1024) if bits == 8 else b""
    start = 14 + len(info) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + colours + data


def ico(inner: bytes) -> bytes:
    return b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + struct.pack("<II", len(inner), 22) + inner


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header claims this size and whose data ends early."""
    file = bytearray(pictures.jpeg())
    at = file.index(b"\xff\xc0") + 5
    file[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(file)


def jpeg_with_scans(count: int) -> bytes:
    """A JPEG of 9 megapixels whose last scan is repeated; each scan is a pass over the whole picture."""
    file = pictures.encoded(Image.new("L", (3000, 3000), 90), "JPEG", progressive=True, quality=5)
    start = file.rindex(b"\xff\xda")
    return file[:-2] + file[start:-2] * count + file[-2:]
