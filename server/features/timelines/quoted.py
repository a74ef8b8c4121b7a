"""Tweets that others quote, as a viewer gets them next to the tweets that quote them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Protocol


class QuotedState(StrEnum):
    """Whether a viewer gets a quoted tweet.

    `SHOWN`: yes. `MUTED`: yes, but the viewer mutes its author. `UNAVAILABLE`: no, because of a block,
    because it isn't meant for the viewer, or because its author is suspended. `DELETED`: it no longer exists.
    """

    SHOWN = "shown"
    MUTED = "muted"
    UNAVAILABLE = "unavailable"
    DELETED = "deleted"


class Shown(NamedTuple):
    """A tweet as its viewer sees it, and the one that it quotes."""

    bytes: bytes
    quotes: int | None


class Quoting(Protocol):
    """Something that shows a tweet."""

    @property
    def quotes(self) -> int | None:
        """The tweet that this one quotes."""


def quoted_by(shown: Iterable[Quoting]) -> list[int]:
    """The tweets that these quote, each once."""
    return list(dict.fromkeys(one.quotes for one in shown if one.quotes is not None))
