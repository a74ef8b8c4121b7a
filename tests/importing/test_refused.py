"""Rows of the first implementation that have no usable id."""

from __future__ import annotations

import pytest

from server.importing import people, tweets


@pytest.mark.parametrize("row_id", [None, 0, -1, 1 << 53])
def test_a_row_without_a_usable_id_is_refused_in_a_sentence(row_id: int | None) -> None:
    row = {"id": row_id, "nth": 1, "has_author": True}
    for refused in (people._why_not(row), tweets._why_not(row)):
        assert refused == "the id isn't a positive number that every client can hold"
    assert people._why_not({**row, "id": 1}) is tweets._why_not({**row, "id": 1}) is None
