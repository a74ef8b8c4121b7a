"""Polls in bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.features.polls.poll import FEWEST_OPTIONS, MAX_OPTION, MOST_OPTIONS, PollRow


class AskedPoll(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A poll for a new tweet, which can't have pictures as well."""

    options: Annotated[
        list[str],
        Meta(
            description=f"{FEWEST_OPTIONS} to {MOST_OPTIONS} different ones, each a line of up to "
            f"{MAX_OPTION} characters."
        ),
    ]
    multiple: Annotated[bool, Meta(description="Whether people may choose several options.")] = False
    hides_results: Annotated[
        bool,
        Meta(description="Whether only you and people who have voted see the results until the poll ends."),
    ] = False
    seconds: Annotated[
        int, Meta(description="How long it runs: from 300 (five minutes) to 2592000 (30 days).")
    ] = 86_400


class PollOption(msgspec.Struct, frozen=True):
    """An option of a poll."""

    text: str
    votes: Annotated[
        int | None, Meta(description="How many people chose it; null while the results are hidden.")
    ]


class Poll(msgspec.Struct, frozen=True):
    """A poll.

    In a tweet, it is the same for everyone; `/api/polls` adds your choices and the hidden results that you
    may see.
    """

    options: list[PollOption]
    voters_count: Annotated[int, Meta(description="How many people have voted.")]
    multiple: Annotated[bool, Meta(description="Whether people may choose several options.")]
    hides_results: Annotated[
        bool,
        Meta(description="Whether only its author and people who have voted see the results until it ends."),
    ]
    ends_at: datetime


def poll(row: PollRow, *, has_results: bool) -> Poll:
    """A poll as an answer shows it."""
    options = [
        PollOption(option, votes if has_results else None)
        for option, votes in zip(row.options, row.votes, strict=True)
    ]
    return Poll(options, row.voters_count, row.multiple, row.hides_results, row.ends_at)
