"""Links, mentions and hashtags in texts, as the server finds them. `tests/browser` asks the client."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from server.core.entities import FILES, TOP_LEVEL, entities
from tests.texts.vectors import Vector, kind_of, value_of, vectors


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: ascii(vector.text)[:60])
def test_entities_of_a_text(vector: Vector) -> None:
    found = entities(vector.text)
    assert [vector.text[one.start : one.end] for one in found] == vector.entities
    assert [(one.kind.value, one.value) for one in found] == [
        (kind_of(written), value_of(written)) for written in vector.entities
    ]


def test_the_browser_has_the_same_top_level_domains() -> None:
    script = (Path(__file__).parents[2] / "static/core/words/entities.js").read_text("utf-8")
    (listed,) = re.findall(r"const TOP_LEVEL =\n((?:  \".*\" ?\+?\n?)+)", script.replace(";\n", "\n"))
    assert "".join(re.findall(r'"(.*)"', listed)).split() == TOP_LEVEL.split()
    assert re.findall(r'const FILES = "(.*)";', script) == [FILES]


def test_there_are_enough_cases_of_every_kind() -> None:
    kinds = [kind_of(written) for vector in vectors() for written in vector.entities]
    assert len(vectors()) >= 300
    assert min(kinds.count(kind) for kind in ("link", "mention", "hashtag")) >= 70


@pytest.mark.parametrize(
    "text",
    [
        "a." * 8000,
        "#" + "a" * 16_000 + "#",
        "https://a.b/" + ")" * 16_000,
        "a.de " * 3200,
        "@a " * 5000,
        "." * 16_000,
    ],
    ids=["labels", "hashtag", "brackets", "domains", "mentions", "dots"],
)
def test_entities_of_hostile_texts_are_in_order_and_do_not_overlap(text: str) -> None:
    found = entities(text)
    assert all(one.start < one.end for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
