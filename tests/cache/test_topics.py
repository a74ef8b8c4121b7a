"""Topics: which slot of the shared table belongs to which object."""

from __future__ import annotations

from server.core.cache import topics


def test_each_feature_has_distinct_topics_for_its_rows() -> None:
    bookmarks, lists = topics.per("bookmarks"), topics.per("lists")
    found = {bookmarks(row_id) for row_id in range(topics.SLOTS)}
    assert (min(found), len(found), max(found)) == (topics.RESERVED, topics.SLOTS, topics.WORDS - 1)
    assert [bookmarks(row_id) for row_id in range(5)] != [lists(row_id) for row_id in range(5)]
    assert bookmarks(1) == 24_503, "the same in all processes, whichever version they have"
