"""What a poll is, and the rules for new ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from server.core import text
from server.core.errors import InvalidBody

FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
MAX_OPTION = 80
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)


class PollRow(msgspec.Struct, frozen=True):
    """A poll as the database has it. `votes` are those of each option, in order.

    Attributes:
        hides_results: whether, before its end, only its author and people who have voted see the results.
        ended: whether a worker has processed the end, up to a minute after `ends_at`. Voting closes at
            `ends_at`. Once this is true, everyone's cards show hidden results.
    """

    options: list[str]
    votes: list[int]
    voters_count: int
    multiple: bool
    hides_results: bool
    ends_at: datetime
    ended: bool

    @property
    def has_open_results(self) -> bool:
        """Whether everyone may know the results."""
        return not self.hides_results or self.ended


# SQL for the poll of a tweet, given as an expression, as JSON; null if it has none.
JSON_OF_TWEET = """(
    SELECT jsonb_build_object(
        'options', options, 'votes', votes, 'voters_count', voters_count, 'multiple', multiple,
        'hides_results', hides_results, 'ends_at', ends_at, 'ended', ended
    ) FROM polls WHERE tweet_id = {tweet}
)"""

POLL = msgspec.json.Decoder(PollRow)


class NewPoll(NamedTuple):
    """A poll to publish. `seconds` is how long it runs."""

    options: tuple[str, ...]
    multiple: bool
    hides_results: bool
    seconds: int

    @property
    def json(self) -> str:
        """The poll as JSON. Its size counts towards the author's daily limit on text."""
        return msgspec.json.encode(self._asdict()).decode()


def new_poll(options: Sequence[str], *, multiple: bool, hides_results: bool, seconds: int) -> NewPoll:
    """Check a new poll.

    Raises:
        InvalidBody: it has too few or too many options, two are the same, one isn't a valid line, or it runs
            for too long or too short a time.
    """
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise InvalidBody(
            f"poll.options has {len(options)} entries; {FEWEST_OPTIONS} to {MOST_OPTIONS} are allowed."
        )
    checked = tuple(
        text.line(f"poll.options[{place}]", option, MAX_OPTION) for place, option in enumerate(options)
    )
    if len(set(checked)) != len(checked):
        raise InvalidBody("poll.options has the same option twice.")
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        raise InvalidBody(
            f"poll.seconds is {seconds}; {SHORTEST.total_seconds():.0f} (five minutes) to "
            f"{LONGEST.total_seconds():.0f} (30 days) are allowed."
        )
    return NewPoll(checked, multiple, hides_results, seconds)
