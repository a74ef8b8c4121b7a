"""A viewer's marks on tweets are found by the tweet, and in the range of a page."""

from __future__ import annotations

import pytest

from server.core.cache import marks
from server.core.cache.marks import NO_MARKS, marked

LIKED, BOTH, PINNED = frozenset({"liked"}), frozenset({"liked", "pinned"}), frozenset({"pinned"})

MARKS = marked({"liked": [9, 7, 3], "reposted": [], "pinned": [12, 7]})


@pytest.mark.parametrize(
    ("tweet_id", "names"),
    [(3, LIKED), (7, BOTH), (9, LIKED), (12, PINNED), (1, NO_MARKS), (8, NO_MARKS), (13, NO_MARKS)],
)
def test_the_marks_on_a_tweet(tweet_id: int, names: frozenset[str]) -> None:
    assert MARKS.on(tweet_id) == names
    assert marked({"liked": []}).on(tweet_id) == NO_MARKS


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ({1, 2}, {}),
        ({13, 14}, {}),
        ({4, 5, 6}, {}),
        ({3, 7}, {3: LIKED, 7: BOTH}),
        ({7, 8, 9, 10}, {7: BOTH, 9: LIKED}),
        ({12}, {12: PINNED}),
        ({3, 12}, {3: LIKED, 12: PINNED}),  # with more between these than the page has tweets
    ],
)
@pytest.mark.parametrize("alike", [0, 1, marks.ALIKE])
def test_the_marks_on_a_page(
    page: set[int], found: dict[int, frozenset[str]], alike: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "ALIKE", alike)
    assert dict(MARKS.among(page, min(page), max(page))) == found


def test_no_marks_on_a_page_are_no_work() -> None:
    assert not MARKS.among({4, 5}, 4, 5)
    assert not MARKS.among(set(), 0, 0)


def test_viewers_share_the_names_of_marks() -> None:
    """A set takes more than two hundred bytes."""
    other = marked({"liked": [1, 7], "pinned": [7]})
    assert (other.names[0], other.names[1]) == (LIKED, BOTH)
    assert other.names[0] is MARKS.names[0]
    assert other.names[1] is MARKS.names[1]
