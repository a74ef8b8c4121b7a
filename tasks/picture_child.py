"""The process that decodes one picture and makes its variants; forked by `picture_forks`.

It decides whether the picture is acceptable, except for its size in bytes and its format, which
`server.api.http.uploads` checks first.

It imports nothing of Perch except `picture_variants`, `thumbhash` and `walls`, so that it starts fast and is
handed no secrets.

Before it looks at the picture it opens all files and puts up its walls: from then on it can't open
another file or reach any other process or host, and it has nothing left to import.

It uses pillow-simd if the installation built it (a folder beside the interpreter's), otherwise Pillow.
To run it by hand:

    python -I -m tasks.picture_child ORIGINAL LARGE SMALL
    python -I -m tasks.picture_child --version     the library
    python -I -m tasks.picture_child --walls       JSON: the walls round it on this machine

Its verdict is a JSON object: `refused` with a sentence; `failed`, if the machine and not the picture is at
fault; `slow`, if the quick lane was asked for and the slow one is needed; or `content_type`, `width`,
`height`, `thumbhash`.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import io
import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

SIMD = Path(sys.prefix) / "pillow-simd"
if SIMD.is_dir():
    sys.path.insert(0, str(SIMD))

import PIL  # noqa: E402
from PIL import Image, UnidentifiedImageError, features  # noqa: E402

from tasks import walls  # noqa: E402
from tasks.picture_variants import JPEG, ORIENTATION, VARIANTS, moving, placeholder, save, still  # noqa: E402

# Limits of this process. A 64-megapixel progressive JPEG needs about 400 MB for its coefficients.
# The processor time depends on the lane: a picture that takes longer than the quick lane allows, by the
# number of its frames or in fact, belongs in the slow one, so that it keeps nobody waiting. A still picture
# takes less than one second, an animation up to one second for every eight megapixels of all its frames.
MEMORY_BYTES = 1 << 30
CPU_SECONDS = {"quick": 3, "slow": 60}
QUICK_PIXELS = 4_000_000
FILE_BYTES = 64 << 20
OPEN_FILES = 64

# Limits of a picture: JPEG is scaled while it is decoded, everything else is decoded whole.
JPEG_MEGAPIXELS, MEGAPIXELS, FRAMES = 64, 25, 200

# The limit for all frames of an animation together: what the slow lane has time for. A file has to pay for
# its frames in bytes, because a frame in which nothing changes takes a dozen bytes and as much time as any
# other: FREE_MEGAPIXELS are free, and each megabyte of the file adds more.
ANIMATION_MEGAPIXELS = 8 * CPU_SECONDS["slow"]
FREE_MEGAPIXELS, MEGAPIXELS_A_MEGABYTE = 32, 1_000

# Pillow's own limit, for pictures hidden inside others (in an icon); otherwise our own limits apply first.
HIDDEN_MEGAPIXELS = 100

# Only these decoders are ever tried, if Pillow has them.
PLUGINS = ("Bmp", "Gif", "Ico", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "ICO")

# The formats of which we want all frames.
MOVING = ("GIF", "PNG", "WEBP")

# The maximum passes of a JPEG: encoders make a dozen or so at most, and each takes the time of a whole
# picture.
SCANS = 100

BROKEN = "This picture can't be read: the file is damaged or incomplete."

TOO_LARGE = "This picture becomes too large when it is prepared for display."

# System errors that mean trouble with the disk or this machine; decoders never raise them.
SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENFILE})

TOO_MANY_PIXELS = (
    f"This picture has too many pixels: at most {JPEG_MEGAPIXELS} megapixels are allowed for a JPEG, "
    f"and {MEGAPIXELS} for any other format."
)


class Refused(Exception):
    """The picture is refused; the text is the public sentence that says why."""


class CannotWrite(Exception):
    """A variant was made but can't be stored, which isn't the picture's fault."""


class Slow(Exception):
    """The picture takes too long for the quick lane."""


def load_decoders() -> None:
    """Import all decoders now, before many processes import them, or none can any more."""
    Image.preinit()
    for name in PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")


def limit_resources(lane: str) -> None:
    """Limit this process' resources, and make it end with its parent."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),  # in case seccomp is missing; it does not apply to root
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # At the soft limit SIGXCPU, which the worker takes as a verdict; at the hard one SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS[lane], CPU_SECONDS[lane] + 5))
    if lane == "slow":
        os.nice(10)  # someone waits for whatever else this machine does
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def refuse_large(image: Image.Image, original: BinaryIO) -> None:
    """Refuse by what the header says, before anything is decoded."""
    allowed = JPEG_MEGAPIXELS if image.format in JPEG else MEGAPIXELS
    megapixels = image.width * image.height / 1_000_000
    if megapixels > allowed:
        raise Refused(f"This picture has {megapixels:.1f} megapixels; at most {allowed} are allowed.")
    if image.format in JPEG and (scans := scans_of(original)) > SCANS:
        raise Refused(f"This JPEG has {scans} scans; at most {SCANS} are allowed.")
    if frames_of(image) > FRAMES:
        raise Refused(f"This picture has {frames_of(image)} frames; at most {FRAMES} are allowed.")
    if is_moving(image) and (together := frames_of(image) * megapixels) > (most := paid_for(original)):
        raise Refused(
            f"The frames of this animation add up to {together:.0f} megapixels; "
            f"at most {most:.0f} are allowed for a file of this size."
        )


def is_moving(image: Image.Image) -> bool:
    """Whether we want all its frames, not just the first."""
    return image.format in MOVING and getattr(image, "is_animated", False)


def paid_for(original: BinaryIO) -> float:
    """How many megapixels all frames of an animation may have together, by the size of the file."""
    place = original.tell()
    megabytes = original.seek(0, io.SEEK_END) / 1_000_000
    original.seek(place)
    return min(ANIMATION_MEGAPIXELS, FREE_MEGAPIXELS + MEGAPIXELS_A_MEGABYTE * megabytes)


def scans_of(original: BinaryIO) -> int:
    """The number of a JPEG's passes over the picture, by the markers that begin them (T.81, B.2.3)."""
    place = original.tell()
    original.seek(0)
    try:
        return original.read().count(b"\xff\xda")
    finally:
        original.seek(place)


def frames_of(image: Image.Image) -> int:
    """The number of frames that we want; 1 for formats of which we only take the first.

    Of a TIFF with thousands of pages, counting them takes minutes.
    """
    return getattr(image, "n_frames", 1) if image.format in MOVING else 1


def process(original: BinaryIO, files: Sequence[BinaryIO], purpose: str, lane: str) -> dict[str, Any]:
    """Make the variants. Raises Refused, Slow, CannotWrite, or whatever a decoder raises."""
    written = [io.BytesIO() for _ in files]
    with Image.open(original, formats=FORMATS) as image:
        refuse_large(image, original)
        if is_moving(image) and VARIANTS[purpose][0].moves:
            if lane == "quick" and frames_of(image) * image.width * image.height > QUICK_PIXELS:
                raise Slow
            content_types: list[str] = []
            loop = image.info.get("loop", 1 if image.format == "GIF" else 0)
            made, durations = moving(image, purpose)
            for frames, file in zip(made, written, strict=True):
                rest = {
                    "save_all": True,
                    "append_images": frames[1:],
                    "duration": durations,
                    "loop": loop,
                }
                content_types.append(save(frames[0], file, **rest if len(frames) > 1 else {}))
            large = made[0][0]
        else:
            # TIFF decoders rotate the picture themselves while loading it, and drop the tag.
            if image.format == "TIFF":
                image.load()
            large, *others = still(image, image.getexif().get(ORIENTATION, 1), purpose)
            content_types = [save(one, file) for one, file in zip((large, *others), written, strict=True)]
    for variant, to in zip(written, files, strict=True):
        write(variant, to)
    return {
        "content_type": content_types[0],
        "width": large.width,
        "height": large.height,
        "thumbhash": placeholder(large),
    }


def write(variant: io.BytesIO, file: BinaryIO) -> None:
    """Store what an encoder made. Raises CannotWrite.

    Encoders raise the same error for a full disk and for a damaged picture, so they write to memory first.
    """
    rest = variant.getbuffer()
    try:
        while rest:
            rest = rest[os.write(file.fileno(), rest) :]
    except OSError as error:
        if error.errno == errno.EFBIG:  # our own limit: the variant is too large
            raise Refused(TOO_LARGE) from None
        raise CannotWrite(error.strerror or "it can't be written") from None


def version() -> str:
    """The name of the library, and what it was built with."""
    library = "pillow-simd" if Path(Image.__file__).is_relative_to(SIMD) else "Pillow"
    found = [name for name in ("webp", "littlecms2", "libtiff", "libjpeg_turbo") if features.check(name)]
    return f"{library} {PIL.__version__} with {', '.join(found)}"


def verdict(original: str, files: Sequence[str], purpose: str, lane: str = "slow") -> dict[str, Any]:
    """Process the picture behind the walls and within this process' limits; call this only once.

    A crash is a verdict too, given by the exit code. Raises OSError if a file cannot be opened.
    """
    Image.MAX_IMAGE_PIXELS = HIDDEN_MEGAPIXELS * 1_000_000
    warnings.simplefilter("ignore")  # to show a warning, Python would open the source file
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with ExitStack() as opened:
        picture = opened.enter_context(open(original, "rb"))
        variants = [opened.enter_context(open(file, "wb")) for file in files]
        walls.put_up()
        return verdict_behind_walls(picture, variants, purpose, lane)


def verdict_behind_walls(
    picture: BinaryIO, files: Sequence[BinaryIO], purpose: str, lane: str
) -> dict[str, Any]:
    """Process the picture; return the verdict for the worker."""
    try:
        return process(picture, files, purpose, lane)
    except Slow:
        return {"slow": True}
    except CannotWrite as error:
        return {"failed": str(error)}
    except Refused as refused:
        return {"refused": str(refused)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": TOO_MANY_PIXELS}
    except UnidentifiedImageError:
        return {"refused": BROKEN}
    except MemoryError:
        return {"refused": "Decoding this picture takes more memory than the server allows."}
    except OSError as error:
        if error.errno in SYSTEM:
            return {"failed": error.strerror}
        return {"refused": BROKEN}
    except Exception:  # decoders may raise anything for a damaged file
        return {"refused": BROKEN}


def main() -> None:
    """Process one picture by hand."""
    limit_resources("slow")
    load_decoders()
    match sys.argv[1:]:
        case ["--version"]:
            said = version()
        case ["--walls"]:
            said = json.dumps(walls.put_up())
        case files:
            said = json.dumps(verdict(files[0], files[1:], "tweet"))
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
