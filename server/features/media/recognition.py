"""Recognising pictures by their first bytes, before anything decodes them.

Only the formats that we accept are known here: whatever is not on this list is refused, SVG above all,
whatever its name or declared type says.
"""

from __future__ import annotations

# The number of bytes that `recognise` needs.
HEAD = 16

# The accepted types, by the bytes that their files begin with; WebP is recognised below.
# https://www.w3.org/TR/png-3/ 5.2, https://www.w3.org/Graphics/GIF/spec-gif89a.txt 17,
# https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern, TIFF 6.0 section 2.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)

ACCEPTED = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/bmp",
    "image/tiff",
    "image/x-icon",
)


def recognise(head: bytes) -> str | None:
    """The media type by a file's first `HEAD` bytes; None if it is not accepted."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in SIGNATURES if head.startswith(signature)), None)
