"""The process that decodes one picture and makes its variants; forked by `picture_forks`.

It imports nothing of Perch but `thumbhash` and `walls`, so that it starts fast and is handed no secrets.
Before it looks at the picture it opens the three files and puts up its walls: it cannot open another then,
nor reach anybody, and has nothing to import any more.
pillow-simd is taken where the installation built it (a folder beside the interpreter's), Pillow otherwise.
By hand:

    python -I -m tasks.picture_child ORIGINAL LARGE SMALL
    python -I -m tasks.picture_child --version     the library
    python -I -m tasks.picture_child --walls       JSON: what stands round it on this machine

Its verdict is a JSON object: `refused` with a sentence; `slow`, where a quick lane was asked for and the
slow one is needed; or `content_type`, `width`, `height`, `thumbhash`.
"""

from __future__ import annotations

import base64
import ctypes
import importlib
import io
import json
import os
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

SIMD = Path(sys.prefix) / "pillow-simd"
if SIMD.is_dir():
    sys.path.insert(0, str(SIMD))

import PIL  # noqa: E402
from PIL import Image, ImageCms, UnidentifiedImageError, features  # noqa: E402

from tasks import thumbhash, walls  # noqa: E402

# Limits of this process. A 64-megapixel progressive JPEG needs about 400 MB for its coefficients.
# Processor time is that of a lane: what takes longer in the quick one, by its frames or in fact, belongs into
# the slow one, so that it keeps nobody waiting. A still picture takes less than one second, an animation up
# to one for every eight megapixels of all its frames.
MEMORY_BYTES = 1 << 30
CPU_SECONDS = {"quick": 3, "slow": 60}
QUICK_PIXELS = 4_000_000
FILE_BYTES = 64 << 20
OPEN_FILES = 64

# Limits of a picture: JPEG is scaled while it is decoded, everything else is decoded whole.
JPEG_MEGAPIXELS, MEGAPIXELS, FRAMES = 64, 25, 200

# Pillow's own bound, for pictures that hide inside others (in an icon): our own speaks first.
HIDDEN_MEGAPIXELS = 100

# Only these decoders are ever tried, and where Pillow has them.
PLUGINS = ("Bmp", "Gif", "Ico", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "ICO")

# Passes of a JPEG: encoders make at most some dozen, and each costs the time of the whole picture.
SCANS = 100

# How JPEG calls itself; the second holds more pictures behind the first, as some phones make them.
JPEG = ("JPEG", "MPO")

# The boxes that the variants fit into: a full screen, and the timeline's column at twice its density.
LARGE_BOX, SMALL_BOX = (1920, 1080), (640, 640)

# All frames of an animation together, after scaling: they are held in memory while they are encoded.
ANIMATION_PIXELS = 64_000_000

QUALITY = 75

# Enough for a hash of at most 7 waves a side.
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

# A frame without a duration, or of 0 or 10 ms, is shown for this long by browsers. Milliseconds.
DEFAULT_DURATION = 100

BROKEN = "This picture cannot be read: the file is damaged or not complete."

TOO_MANY_PIXELS = (
    f"This picture has more pixels than the server decodes: at most {JPEG_MEGAPIXELS} megapixels of a JPEG, "
    f"and {MEGAPIXELS} of everything else, are allowed."
)


class Refused(Exception):
    """The public sentence that says why."""


class Slow(Exception):
    """Not in the quick lane."""


def load_decoders() -> None:
    """Import them all now, before many processes do, or none can."""
    Image.preinit()
    for name in PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")


def limit_resources(lane: str) -> None:
    """Bound what this process can take, and let it end with its parent."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),  # where seccomp does not see to it; root is not bound by it
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # At the soft limit SIGXCPU, which the worker takes as a verdict; at the hard one SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS[lane], CPU_SECONDS[lane] + 5))
    if lane == "slow":
        os.nice(10)  # whatever else this machine does is waited for by somebody
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def refuse_large(image: Image.Image, original: BinaryIO) -> None:
    """Refuse by what the header says, before anything is decoded."""
    allowed = JPEG_MEGAPIXELS if image.format in JPEG else MEGAPIXELS
    megapixels = image.width * image.height / 1_000_000
    if megapixels > allowed:
        raise Refused(f"This picture has {megapixels:.1f} megapixels; at most {allowed} are allowed.")
    if image.format in JPEG and (scans := scans_of(original)) > SCANS:
        raise Refused(f"This picture is sent in {scans} passes; at most {SCANS} are allowed.")
    if frames_of(image) > FRAMES:
        raise Refused(f"This picture has {frames_of(image)} frames; at most {FRAMES} are allowed.")


def scans_of(original: BinaryIO) -> int:
    """In how many passes over the picture a JPEG is sent, by the markers that begin them (T.81, B.2.3)."""
    place = original.tell()
    original.seek(0)
    try:
        return original.read().count(b"\xff\xda")
    finally:
        original.seek(place)


def frames_of(image: Image.Image) -> int:
    """How many pictures the file shows, one after the other."""
    return 1 if image.format in JPEG else getattr(image, "n_frames", 1)


def fitted(size: tuple[int, int], box: tuple[int, int], *, pixels: int | None = None) -> tuple[int, int]:
    """The size that fits the box, and the number of pixels; never enlarged, never below 1."""
    width, height = size
    scale = min(box[0] / width, box[1] / height, 1.0)
    if pixels is not None:
        scale = min(scale, (pixels / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, or RGBA where anything is transparent; sRGB; without the file's metadata."""
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
    """The same colours by numbers of sRGB. A profile that cannot be used is as good as none."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def still(image: Image.Image, orientation: int) -> tuple[Image.Image, Image.Image]:
    """Both variants of a picture that does not move."""
    size = image.size[::-1] if orientation in SIDEWAYS else image.size
    large = fitted(size, LARGE_BOX)
    stored = large[::-1] if orientation in SIDEWAYS else large
    if image.format in JPEG:
        image.draft(None, stored)  # decode at 1/2, 1/4 or 1/8 where that is enough
    image.load()
    profile = image.info.get("icc_profile")
    image = widened(image)
    if image.size != stored:
        image = image.resize(stored, Image.Resampling.LANCZOS)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    first = plain(image, profile)
    return first, first.resize(fitted(first.size, SMALL_BOX), Image.Resampling.LANCZOS)


def widened(image: Image.Image) -> Image.Image:
    """A mode that can be scaled smoothly: no palette, no single bits, no deep greys."""
    if image.mode.startswith(("I", "F")):
        return eight_bits(image)
    if image.mode in ("P", "PA", "LA", "1") or "transparency" in image.info:
        transparent = "A" in image.getbands() or "transparency" in image.info
        return image.convert("RGBA" if transparent else "RGB")
    return image


def eight_bits(image: Image.Image) -> Image.Image:
    """Greys of more than 8 bits: white is the least of the usual whites that no pixel is beyond."""
    image.info.pop("transparency", None)  # a grey of the deep scale, which the new one does not have
    grey = image.convert("F")
    brightest = float(grey.getextrema()[1])  # type: ignore[arg-type]
    usual = (65535.0, 2.0**32 - 1) if image.mode.startswith("I") else (1.0, 255.0, 65535.0, 2.0**32 - 1)
    white = next((white for white in usual if brightest <= white), brightest)
    return grey.point(lambda value: value * (255 / white)).convert("L")


def moving(image: Image.Image) -> tuple[list[Image.Image], list[Image.Image], list[int]]:
    """Both variants of an animation as frames, and how long each is shown (ms)."""
    count: int = image.n_frames  # type: ignore[attr-defined]
    budget = ANIMATION_PIXELS // count
    sizes = [fitted(image.size, box, pixels=budget) for box in (LARGE_BOX, SMALL_BOX)]
    large: list[Image.Image] = []
    small: list[Image.Image] = []
    durations: list[int] = []
    for index in range(count):
        image.seek(index)
        image.load()
        duration = round(image.info.get("duration") or 0)
        durations.append(duration if duration > 10 else DEFAULT_DURATION)
        frame = image.convert("RGBA")
        for size, frames in zip(sizes, (large, small), strict=True):
            frame = frame.resize(size, Image.Resampling.BILINEAR)
            frames.append(plain(frame, None))
    return large, small, durations


def placeholder(image: Image.Image) -> str:
    """The picture's thumbhash in base64."""
    tiny = image.resize(fitted(image.size, HASH_BOX), Image.Resampling.BILINEAR).convert("RGBA")
    return base64.b64encode(thumbhash.encode(tiny.width, tiny.height, tiny.tobytes())).decode()


def save(image: Image.Image, file: BinaryIO, **animation: Any) -> str:
    """Write a variant; its media type."""
    if image.mode == "RGB" and not animation:
        image.save(file, "JPEG", quality=QUALITY)
        return "image/jpeg"
    # method 2 of 0 to 6: a tenth larger than 4, in a third of its time
    image.save(file, "WEBP", quality=QUALITY, method=2, **animation)
    return "image/webp"


def process(original: BinaryIO, large_file: BinaryIO, small_file: BinaryIO, lane: str) -> dict[str, Any]:
    """Make both variants. Raises Refused, Slow, or whatever a decoder raises."""
    with Image.open(original, formats=FORMATS) as image:
        refuse_large(image, original)
        if getattr(image, "is_animated", False) and image.format in ("GIF", "PNG", "WEBP"):
            if lane == "quick" and frames_of(image) * image.width * image.height > QUICK_PIXELS:
                raise Slow
            loop = image.info.get("loop", 1 if image.format == "GIF" else 0)
            large_frames, small_frames, durations = moving(image)
            for frames, file in ((large_frames, large_file), (small_frames, small_file)):
                rest = {
                    "save_all": True,
                    "append_images": frames[1:],
                    "duration": durations,
                    "loop": loop,
                }
                content_type = save(frames[0], file, **rest)
            large = large_frames[0]
        else:
            # Decoders of TIFF turn the picture themselves while they load it, and drop the tag.
            if image.format == "TIFF":
                image.load()
            large, small = still(image, image.getexif().get(ORIENTATION, 1))
            content_type = save(large, large_file)
            save(small, small_file)
    return {
        "content_type": content_type,
        "width": large.width,
        "height": large.height,
        "thumbhash": placeholder(large),
    }


def version() -> str:
    """Which library this is, and what it was built with."""
    library = "pillow-simd" if Path(Image.__file__).is_relative_to(SIMD) else "Pillow"
    found = [name for name in ("webp", "littlecms2", "libtiff", "libjpeg_turbo") if features.check(name)]
    return f"{library} {PIL.__version__} with {', '.join(found)}"


def verdict(original: str, large_file: str, small_file: str, lane: str = "slow") -> dict[str, Any]:
    """Do it, behind the walls and within the limits of this process. Once only.

    A crash is a verdict too, told by the exit code. Raises OSError where a file cannot be opened.
    """
    Image.MAX_IMAGE_PIXELS = HIDDEN_MEGAPIXELS * 1_000_000
    warnings.simplefilter("ignore")  # to show one, Python would look for its line of code
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with open(original, "rb") as picture, open(large_file, "wb") as large, open(small_file, "wb") as small:
        walls.put_up()
        return verdict_behind_walls(picture, large, small, lane)


def verdict_behind_walls(picture: BinaryIO, large: BinaryIO, small: BinaryIO, lane: str) -> dict[str, Any]:
    """What the worker is told."""
    try:
        return process(picture, large, small, lane)
    except Slow:
        return {"slow": True}
    except Refused as refused:
        return {"refused": str(refused)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": TOO_MANY_PIXELS}
    except UnidentifiedImageError:
        return {"refused": BROKEN}
    except MemoryError:
        return {"refused": "This picture takes more memory to decode than the server allows."}
    except Exception:  # decoders raise anything on a damaged file
        return {"refused": BROKEN}


def main() -> None:
    """One picture, by hand."""
    limit_resources("slow")
    load_decoders()
    match sys.argv[1:]:
        case ["--version"]:
            said = version()
        case ["--walls"]:
            said = json.dumps(walls.put_up())
        case files:
            said = json.dumps(verdict(*files[:3]))
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
