"""The target of an import: where rows go, and what all of them have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.importing.files import PictureFiles

# The old tweets have no time. Each gets one SPACING before the next tweet's, but all within ALL_WITHIN.
SPACING, ALL_WITHIN = timedelta(seconds=1), timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Target:
    """This Perch's database, during one import.

    `zone` is the time zone of the old server's clock; `demo` says whether publicly known keys are accepted
    here. The tweet `last_tweet` was the newest one when the import began. `rehearsed` are pictures that a dry
    run would import.
    """

    connection: Any
    fingerprint: str
    began_at: datetime
    last_tweet: int
    zone: ZoneInfo
    demo: bool
    dry_run: bool
    files: PictureFiles
    media_max_bytes: int
    rehearsed: set[int] = field(default_factory=set)

    def time_of(self, tweet_id: int) -> datetime:
        """The time given to a tweet: before this import, and in the order of the ids."""
        return min(self.began_at - self._spacing * (self.last_tweet - tweet_id), datetime.now(UTC))

    @property
    def first_time(self) -> datetime:
        """The time given to people's arrival: before the first tweet, and the same in each run.

        The import recognizes its own users by it, and adds nothing to others.
        """
        return self.began_at - self._spacing * self.last_tweet

    @property
    def _spacing(self) -> timedelta:
        return min(SPACING, ALL_WITHIN / max(1, self.last_tweet))
