"""Placeholders, compared with what the format's reference code makes of the same pixels."""

from __future__ import annotations

import pytest
from PIL import Image

from tasks import thumbhash
from tests import pictures


def seen_through(width: int, height: int) -> Image.Image:
    image = pictures.gradient(width, height, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((width, height)))
    return image


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (pictures.gradient(64, 48, "RGBA"), "1c090a359a7077777078877778788887707007f787"),
        (pictures.gradient(32, 24, "RGBA"), "1c090a359a7077777087887778787877708007f787"),
        (pictures.gradient(100, 3, "RGBA"), "1c090a319a80878781878877808108e877"),
        (seen_through(32, 32), "e0a9851d0c387077b3888b788870b30bc74b87888088877878"),
        (seen_through(20, 32), "e0a9851b0c3880b3b7788880b30bc84b87878088877878"),
    ],
)
def test_our_thumbhash_matches_the_reference_implementation(image: Image.Image, expected: str) -> None:
    made = thumbhash.encode(*image.size, image.tobytes())
    wanted = bytes.fromhex(expected)
    assert made[:5] == wanted[:5], "means, scales and shape"
    assert len(made) == len(wanted)
    for one, other in zip(made[5:], wanted[5:], strict=True):  # each byte holds two rounded numbers
        assert abs((one & 15) - (other & 15)) <= 1
        assert abs((one >> 4) - (other >> 4)) <= 1


def test_the_scales_of_a_single_coloured_picture_are_zero() -> None:
    made = thumbhash.encode(30, 30, bytes([10, 200, 30, 255]) * 900)
    assert made[:5].hex() == "548a000700"
    assert set(made[5:]) == {0}


@pytest.mark.parametrize("size", [(0, 1), (101, 1), (1, 101)])
def test_sizes_outside_the_limits_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        thumbhash.encode(*size, bytes(size[0] * size[1] * 4))
