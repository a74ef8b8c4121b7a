"""The cases of `entities.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Vector(NamedTuple):
    """A text, and its entities as they are written in it."""

    text: str
    entities: list[str]


def vectors() -> list[Vector]:
    """All cases, in the order of the file."""
    groups = json.loads((Path(__file__).parent / "entities.json").read_text("utf-8"))
    return [Vector(text, found) for cases in groups.values() for text, found in cases]


# Hashtags that are the same, and hashtags that aren't.
SAME = (
    ("Perch", "perch"),
    ("été", "ETE"),
    ("e\u0301te\u0301", "été"),
    ("ёлка", "Елка"),
    ("Straße", "STRASSE"),
    ("ΟΔΟΣ", "οδος"),
    ("ＡＢＣ", "abc"),
    ("ﾊﾟﾝ", "パン"),
)
DIFFERENT = (("йога", "иога"), ("ガ", "カ"), ("a_b", "ab"), ("हिन्दी", "हन्द"))


def kind_of(written: str) -> str:
    """Which kind of entity this is: its first character decides."""
    return {"@": "mention", "＠": "mention", "#": "hashtag", "＃": "hashtag"}.get(written[0], "link")


def value_of(written: str) -> str:
    """What the entity stands for: a handle, the name of a hashtag, or an address."""
    kind = kind_of(written)
    if kind == "mention":
        return written[1:].lower()
    if kind == "hashtag":
        return written[1:]
    return written if written.lower().startswith(("http://", "https://")) else f"https://{written}"
