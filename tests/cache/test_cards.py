"""A card is put together from pieces as if the tweet were rendered for each viewer."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from server.api.perch.dialect import PerchDialect
from server.core.cache.marks import marked
from server.core.viewer import Person
from server.features.media.urls import MediaUrls
from server.features.timelines.timeline import Liker, TweetRow

# Text that looks like the JSON in which the pieces are found.
FLAGS = '"liked":false,"reposted":false,"bookmarked":false,"pinned":false'
TEXT = f'a "likes":[{{"id":1}}],"likes_count":5,{FLAGS} \\" b'

NAMES = ("liked", "reposted", "bookmarked", "pinned")


@pytest.mark.parametrize("shown", [0, 1, 2, 5])
@pytest.mark.parametrize("likers", [[], [7], [1, 2, 3], [3, 7, 2], [1, 2, 7, 3, 4, 5]])
@pytest.mark.parametrize(
    "marks", [(), ("liked",), ("bookmarked",), ("liked", "bookmarked"), ("pinned", "reposted")]
)
def test_a_card_shows_the_viewer_first_and_their_marks(
    shown: int, likers: list[int], marks: tuple[str, ...]
) -> None:
    viewer = Person(7, 'Mo "]', "mo")
    newest = [Liker(who, f"liker {who}") for who in likers[:shown]]
    row = TweetRow(42, TEXT, datetime.now(UTC), len(likers), 3, 1, "A", "a", None, [], newest)
    card = PerchDialect(MediaUrls(None, "")).card(row, likers=shown)
    of_viewer = marked({name: [42] for name in marks})
    seen = msgspec.json.decode(card.seen_by(viewer, of_viewer))
    expected = likers[:shown]
    if "liked" in marks and shown:
        expected = [7, *(who for who in expected if who != 7)][:shown]
    assert [like["id"] for like in seen["likes"]] == expected
    assert all(
        like["name"] == (viewer.name if like["id"] == 7 and "liked" in marks else f"liker {like['id']}")
        for like in seen["likes"]
    )
    assert (seen["content"], seen["likes_count"]) == (TEXT, len(likers))
    assert {name for name in NAMES if seen[name]} == set(marks)
