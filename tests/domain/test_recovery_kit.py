"""The recovery kit: what is written is read again, however it was typed, and a mistake is found."""

from __future__ import annotations

import random

import pytest

from server.operations import recovery_kit
from server.operations.recovery_kit import KitDamaged, Surroundings
from server.operations.server_key import ServerKey

KEYS = [ServerKey("dumps", bytes(range(32))), ServerKey("secrets", bytes(range(100, 132)))]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PLACE = "bucket perch at https://s3.example.org"
AROUND = Surroundings(
    "The Library", PLACE, "bucket copies at https://other.example.org", "age1abc", "the safe"
)


def materials(text: str) -> list[bytes]:
    return [key.material for key in recovery_kit.read(text)]


def test_what_is_written_is_read_again() -> None:
    text = recovery_kit.written(KEYS, AROUND)
    assert materials(text) == [key.material for key in KEYS]
    assert "The Library" in text
    assert "age1abc" in text
    assert "the safe" in text
    assert "COPIES OF PICTURES: bucket copies at https://other.example.org" in text
    assert "--kit FILE --identity SECRET_KEY_FILE --take-over" in text


def test_there_is_room_to_write_where_the_secret_key_of_dumps_is_kept() -> None:
    text = recovery_kit.written(KEYS, Surroundings("x", "here", "there", "age1abc", None))
    assert "KEPT: ____" in text
    plain = recovery_kit.written(KEYS, Surroundings("x", "here", "there", None, None))
    assert "DUMPS ARE NOT ENCRYPTED" in plain
    assert "--kit FILE --take-over" in plain


def test_it_can_be_typed_from_paper() -> None:
    text = recovery_kit.written(KEYS, AROUND)
    lower = text.lower()
    for name in recovery_kit.NAMES.values():
        lower = lower.replace(name.lower(), name)
    assert materials(lower) == [key.material for key in KEYS]
    assert materials(text.replace("    ", "").replace("\n", "\r\n")) == [key.material for key in KEYS]


def test_a_mistake_is_found() -> None:
    text = recovery_kit.written(KEYS, AROUND)
    start = text.index("DUMP SIGNING KEY\n") + len("DUMP SIGNING KEY\n")
    letters = [place for place in range(start, start + 80) if text[place].isalnum()][:56]
    randomly = random.Random(7)
    for place in letters:
        other = randomly.choice([letter for letter in LETTERS if letter != text[place]])
        with pytest.raises(KitDamaged, match="DUMP SIGNING KEY"):
            recovery_kit.read(text[:place] + other + text[place + 1 :])
        with pytest.raises(KitDamaged, match="has no DUMP SIGNING KEY of 56"):
            recovery_kit.read(text[:place] + text[place + 1 :])
        with pytest.raises(KitDamaged, match="has no DUMP SIGNING KEY of 56"):
            recovery_kit.read(text[:place] + "A" + text[place:])


@pytest.mark.parametrize("text", ["", "\x00\xff", "DUMP SIGNING KEY\nAAAA\n"])
def test_what_is_no_kit_is_said_to_be_none(text: str) -> None:
    with pytest.raises(KitDamaged):
        recovery_kit.read(text)


def test_an_instances_name_brings_no_key_of_its_own() -> None:
    foreign = recovery_kit.written([ServerKey("dumps", b"x" * 32), KEYS[1]], AROUND)
    text = recovery_kit.written(KEYS, Surroundings(f"x\n{foreign}", "here", "there", None, None))
    assert materials(text) == [key.material for key in KEYS]


def test_a_kit_of_many_lines_is_read_at_once() -> None:
    assert materials("\n" * 1_000_000 + recovery_kit.written(KEYS, AROUND)) == [key.material for key in KEYS]
