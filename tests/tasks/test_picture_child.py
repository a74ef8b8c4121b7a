"""The picture child by itself: what it produces, and what it refuses."""

from __future__ import annotations

import itertools
import random
import re
import resource
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image, ImageCms

from tasks import picture_child, picture_variants
from tasks.picture_worker import CHILD, decoder
from tests import hostile, pictures


def process(data: bytes, folder: Path) -> dict[str, Any]:
    """Run the child as the worker does."""
    original = folder / "original"
    original.write_bytes(data)
    command = [*CHILD, str(original), str(folder / "large"), str(folder / "small")]
    done = subprocess.run(command, env={}, capture_output=True, check=True, timeout=120)
    verdict: dict[str, Any] = msgspec.json.decode(done.stdout)
    return verdict


def isolated(code: str, *arguments: str) -> str:
    """What this code prints in an interpreter like the child's."""
    command = [sys.executable, "-I", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def made(folder: Path) -> tuple[Image.Image, Image.Image]:
    large, small = (pictures.opened((folder / name).read_bytes()) for name in ("large", "small"))
    return large, small


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((4000, 3000), (1440, 1080), (640, 480)),
        ((3000, 4000), (810, 1080), (480, 640)),
        ((5000, 500), (1920, 192), (640, 64)),
        ((1920, 1080), (1920, 1080), (640, 360)),
        ((300, 200), (300, 200), (300, 200)),
        ((1, 1), (1, 1), (1, 1)),
        ((1, 5000), (1, 1080), (1, 640)),
    ],
)
def test_variants_fit_and_are_never_enlarged(
    tmp_path: Path, size: tuple[int, int], large: tuple[int, int], small: tuple[int, int]
) -> None:
    verdict = process(pictures.encoded(pictures.gradient(*size), "JPEG"), tmp_path)
    assert (verdict["width"], verdict["height"]) == large
    assert tuple(image.size for image in made(tmp_path)) == (large, small)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(tmp_path: Path, orientation: int, format: str) -> None:
    upright = Image.new("RGB", (120, 80), (30, 90, 160))
    upright.paste((250, 20, 20), (0, 0, 40, 30))
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    method = picture_variants.UPRIGHT.get(back)
    stored = upright.transpose(method) if method is not None else upright
    exif = Image.Exif()
    exif[picture_variants.ORIENTATION] = orientation
    verdict = process(pictures.encoded(stored, format, exif=exif), tmp_path)
    assert (verdict["width"], verdict["height"]) == (120, 80)
    for image in made(tmp_path):
        corners = [
            pictures.is_red(image, at) for at in ("upper left", "upper right", "lower left", "lower right")
        ]
        assert corners == [True, False, False, False]


@pytest.mark.parametrize(
    "compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group3", "group4"]
)
def test_every_common_tiff_compression_is_read(tmp_path: Path, compression: str) -> None:
    mode = "1" if compression.startswith("group") else "RGB"
    data = pictures.encoded(pictures.gradient(90, 60, mode), "TIFF", compression=compression)
    assert process(data, tmp_path).get("width") == 90


def test_the_pages_of_a_tiff_are_not_counted(tmp_path: Path) -> None:
    """Counting 20,000 of them took six seconds, 95,000 two minutes."""
    page = b"".join(
        struct.pack("<HHII", tag, 4 if size > 1 << 16 else 3, 1, size)
        for tag, size in zip(
            (256, 257, 258, 259, 262, 273, 277, 279), (100, 10, 8, 1, 1, 8, 1, 1000), strict=True
        )
    )
    file = bytearray(b"II*\0" + struct.pack("<IH", 1008, 8)[:4] + bytes(1000) + struct.pack("<H", 8) + page)
    for _ in range(20_000):  # each page says where the next one begins
        file += struct.pack("<IHHHII", len(file) + 4, 1, 256, 3, 1, 100)
    file += bytes(4)
    began = time.process_time()
    assert process(bytes(file), tmp_path).get("width") == 100
    assert time.process_time() - began < 60  # this process; the child has a limit of its own


def test_transparency_is_kept(tmp_path: Path) -> None:
    image = pictures.gradient(100, 80, "RGBA")
    image.putalpha(Image.new("L", (100, 80), 0))
    assert process(pictures.encoded(image, "PNG"), tmp_path)["content_type"] == "image/webp"
    for variant in made(tmp_path):
        assert variant.mode == "RGBA"
        assert variant.getchannel("A").getextrema() == (0, 0)


def test_a_palette_with_a_transparent_colour_is_kept(tmp_path: Path) -> None:
    image = pictures.gradient(100, 80).quantize(16)
    process(pictures.encoded(image, "GIF", transparency=0), tmp_path)
    assert made(tmp_path)[0].mode == "RGBA"


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_animation_is_kept(tmp_path: Path, format: str) -> None:
    frames = [Image.new("RGB", (900, 600), colour) for colour in ("red", "green", "blue")]
    options: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": 120, "loop": 0}
    verdict = process(pictures.encoded(frames[0], format, **options), tmp_path)
    assert verdict["content_type"] == "image/webp"
    for image, size in zip(made(tmp_path), [(900, 600), (640, 427)], strict=True):
        assert (image.size, getattr(image, "n_frames", 1)) == (size, 3)
        colours = []
        for index in range(3):
            image.seek(index)
            image.load()
            assert image.info["duration"] == 120
            red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
            colours.append(max((red, "red"), (green, "green"), (blue, "blue"))[1])
        assert colours == ["red", "green", "blue"]


def test_nothing_of_the_files_metadata_is_left(tmp_path: Path) -> None:
    profiles = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), None
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    for format in ("JPEG", "PNG", "WEBP", "TIFF"):
        for mode, profile in itertools.product(("RGB", "RGBA") if format != "JPEG" else ("RGB",), profiles):
            told: dict[str, Any] = {"exif": exif, "icc_profile": profile, "comment": b"SecretComment"}
            data = pictures.encoded(pictures.gradient(90, 60, mode), format, **told)
            process(data, tmp_path)
            for name in ("large", "small"):
                data = (tmp_path / name).read_bytes()
                assert b"Secret" not in data
                assert not {"exif", "icc_profile", "comment"} & pictures.opened(data).info.keys()


def test_colours_are_converted_to_srgb(tmp_path: Path) -> None:
    """The profile swaps red and blue, so that the colours are only right after a conversion."""
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = swapped.find(b"rXYZ"), swapped.find(b"bXYZ")
    assert min(red, blue) > 0
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    process(pictures.encoded(Image.new("RGB", (64, 64), "red"), "PNG", icc_profile=bytes(swapped)), tmp_path)
    colour = made(tmp_path)[0].convert("RGB").getpixel((30, 30))
    assert colour[2] > 200 > 60 > colour[0]  # type: ignore[index]


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    image = Image.new("I;16", (64, 64), 32768)
    process(pictures.encoded(image, "PNG"), tmp_path)
    grey = made(tmp_path)[0].convert("L").getpixel((30, 30))
    assert 120 <= grey <= 136  # type: ignore[operator]


def test_a_large_jpeg_is_scaled_while_it_is_decoded(tmp_path: Path) -> None:
    data = pictures.encoded(Image.new("RGB", (9000, 7000), "teal"), "JPEG", quality=30)
    assert process(data, tmp_path)["width"] == 1389
    too_large = pictures.encoded(Image.new("L", (9000, 7200), 9), "JPEG", quality=30)
    assert "64.8 megapixels; at most 64" in process(too_large, tmp_path)["refused"]


@pytest.mark.fault("poison")
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = bytearray(pictures.png(10, 10))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    assert "at most" in process(bytes(bomb), tmp_path)["refused"]


@pytest.mark.fault("poison")
@pytest.mark.parametrize(
    "bomb",
    [
        hostile.gif(200, 1549, 1549),
        hostile.webp_animation(1549, 1549, frames=200),
        hostile.gif(33, 1000, 1000),
    ],
)
def test_animations_whose_frames_change_nothing_are_refused_by_file_size(tmp_path: Path, bomb: bytes) -> None:
    """The files have a few kB; the first of them took 13 seconds of CPU time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert "for a file of this size" in process(bomb, tmp_path)["refused"]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2


def test_real_animations_are_kept(tmp_path: Path) -> None:
    """A screen recording with little movement, a drawing, and noise."""
    screen = Image.effect_noise((1280, 720), 60).convert("P")
    recorded = []
    for step in range(60):
        frame = screen.copy()
        frame.paste(step, (step * 20, 300, step * 20 + 16, 320))
        recorded.append(frame)
    drawn = [Image.new("P", (800, 600), number) for number in range(60)]
    noise = [Image.effect_noise((480, 270), 80) for _ in range(50)]
    for frames in (recorded, drawn, noise):
        data = pictures.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
        assert process(data, tmp_path).get("content_type") == "image/webp"


@pytest.mark.fault("poison")
def test_an_icon_that_hides_a_bomb_is_refused(tmp_path: Path) -> None:
    inner = pictures.encoded(Image.new("L", (9000, 9000), 5), "PNG")
    head = b"\0\0\1\0\1\0" + bytes([16, 16, 0, 0]) + b"\1\0\x20\0" + len(inner).to_bytes(4, "little")
    assert "refused" in process(head + (22).to_bytes(4, "little") + inner, tmp_path)


@pytest.mark.fault("poison")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "ICO"])
def test_a_truncated_file_is_refused(tmp_path: Path, format: str) -> None:
    data = pictures.encoded(pictures.gradient(200, 150, "RGB").resize((200, 150)), format)
    verdict = process(data[: len(data) // 2], tmp_path)
    assert verdict == {"refused": picture_child.BROKEN}


@pytest.mark.parametrize("data", [b"", b"x", b"%!PS-Adobe EPSF", b"<svg/>", b"\x00" * 1000])
def test_a_file_that_none_of_our_decoders_knows_is_refused(tmp_path: Path, data: bytes) -> None:
    assert process(data, tmp_path) == {"refused": picture_child.BROKEN}


def test_damaged_files_never_crash_the_child(tmp_path: Path) -> None:
    chosen = random.Random(11)
    for format in ("JPEG", "PNG", "GIF", "WEBP", "TIFF"):
        data = pictures.encoded(pictures.gradient(80, 60), format)
        for _ in range(3):
            damaged = bytearray(data)
            for _ in range(8):
                damaged[chosen.randrange(len(damaged))] = chosen.randrange(256)
            verdict = process(bytes(damaged), tmp_path)
            assert "refused" in verdict or verdict["width"] > 0


@pytest.mark.parametrize(
    ("mode", "white", "format"),
    [("I;16", 65535, "PNG"), ("I;16", 65535, "TIFF"), ("F", 1.0, "TIFF"), ("F", 255.0, "TIFF")],
)
def test_deep_greys_keep_their_brightness(tmp_path: Path, mode: str, white: float, format: str) -> None:
    image = Image.new(mode, (64, 32), white)
    for at in itertools.product(range(32), range(32)):
        image.putpixel(at, white / 2 if mode == "F" else int(white / 2))
    process(pictures.encoded(image, format), tmp_path)
    large, _ = made(tmp_path)
    left, right = (large.convert("L").getpixel(at) for at in ((8, 16), (56, 16)))
    assert (round(left / 16), round(right / 16)) == (8, 16)  # type: ignore[operator]


def test_a_jpeg_with_more_pictures_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    """Phones write such files (MPO). 30 megapixels are allowed, and the first picture is shown."""
    first, second = Image.new("RGB", (6000, 5000), (250, 20, 20)), Image.new("RGB", (60, 50))
    verdict = process(pictures.encoded(first, "MPO", save_all=True, append_images=[second]), tmp_path)
    assert (verdict["width"], verdict["height"]) == (1296, 1080)
    assert verdict["content_type"] == "image/jpeg"


def test_the_child_limits_its_own_resources() -> None:
    limits = "(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)"
    code = (
        "import resource; from tasks.picture_child import limit_resources; limit_resources('slow');"
        f"print([resource.getrlimit(what)[0] for what in {limits}])"
    )
    assert isolated(code).strip() == str([picture_child.MEMORY_BYTES, picture_child.CPU_SECONDS["slow"], 0])
    assert resource.getrlimit(resource.RLIMIT_CPU)[1] not in picture_child.CPU_SECONDS.values()


def test_the_child_imports_nothing_that_knows_a_secret() -> None:
    code = "import sys, tasks.picture_child as c; print({m[:6] for m in sys.modules} & {'config', 'server'})"
    assert isolated(code).strip() == "set()"


def test_pillow_simd_is_used_if_it_was_built() -> None:
    expected = "pillow-simd" if picture_child.SIMD.is_dir() else "Pillow"
    said = decoder()
    assert said.startswith(f"{expected} ")
    assert "webp" in said


def test_a_picture_takes_less_memory_than_promised(tmp_path: Path) -> None:
    """The child's peak as counted by the kernel, in kB: a count, not a time."""
    (tmp_path / "original").write_bytes(pictures.encoded(pictures.gradient(4032, 3024), "JPEG"))
    code = (
        "from tasks.picture_child import main\n"
        "status = open('/proc/self/status')\n"
        "main()\n"
        "print(status.read())"
    )
    said = isolated(code, *(str(tmp_path / name) for name in ("original", "large", "small")))
    peak = re.search(r"VmHWM:\s+(\d+) kB", said)
    assert peak is not None
    assert '"width": 1440' in said
    assert int(peak[1]) <= 250 * 1024


def test_a_jpeg_with_too_many_scans_is_refused_before_decoding(tmp_path: Path) -> None:
    assert "scans; at most 100" in process(hostile.jpeg_with_scans(300), tmp_path)["refused"]
    usual = pictures.encoded(pictures.gradient(640, 480), "JPEG", progressive=True)
    assert "refused" not in process(usual, tmp_path)
