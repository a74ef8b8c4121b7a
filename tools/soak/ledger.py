"""Records requests and their answers, so that they can be compared with the database at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

# The seconds after a fault in which a 503 is still expected, as promised in the table of faults.
RECOVERY = 10

# No answer within this number of seconds counts as a hang.
PATIENCE = 20


@dataclass
class Ledger:
    """All answers. The outcome of an unanswered request is unknown, so it is in neither set.

    `tweets` are the ids and texts that must exist, `deleted` the ids that must not; `likes` and `follows` say
    for a pair (user, tweet or user) whether it must exist.
    """

    tweets: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    likes: dict[tuple[int, int], bool] = field(default_factory=dict)
    follows: dict[tuple[int, int], bool] = field(default_factory=dict)
    published: set[int] = field(default_factory=set)  # all that were confirmed, deleted or not
    pictures: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)
    faults: int = 0
    _last_fault: float = 0
    _broken: int = 0

    @contextmanager
    def fault(self) -> Iterator[None]:
        """During the block and for a moment afterwards, requests may fail."""
        self.faults += 1
        self._broken += 1
        try:
            yield
        finally:
            self._broken -= 1
            self._last_fault = time.monotonic()

    @property
    def is_calm(self) -> bool:
        """Whether nothing is broken now, or was a moment ago."""
        return not self._broken and time.monotonic() > self._last_fault + RECOVERY

    def take(self, answer: httpx.Response, seconds: float, *, calm: bool) -> None:
        """Count an answer and record what is wrong with it. `calm`: whether it was calm at the request."""
        self.statuses[str(answer.status_code)] += 1
        self.slowest = max(self.slowest, seconds)
        request = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
        try:
            body = answer.json()
        except ValueError:
            self.wrong.append(f"{request}, not JSON: {answer.text[:200]}")
            return
        if body.get("result") is not (answer.status_code < 400):
            self.wrong.append(f"{request}, {body}")
        elif answer.status_code == 503:
            if "retry-after" not in answer.headers:
                self.wrong.append(f"{request} without Retry-After")
            if calm and self.is_calm:
                self.wrong.append(f"{request} though nothing was broken: {body}")
        elif answer.status_code not in (200, 201, 404):
            self.wrong.append(f"{request}, {body}")
        if seconds > PATIENCE:
            self.wrong.append(f"{request} after {seconds:.0f} s")

    def broke_off(self, request: str, error: httpx.TransportError, *, calm: bool) -> None:
        """Record that no answer arrived."""
        self.statuses["broken off"] += 1
        if isinstance(error, httpx.TimeoutException) or (calm and self.is_calm):
            self.wrong.append(f"{request}: {type(error).__name__} {error}")

    def tweet_deleted(self, tweet_id: int) -> None:
        """From now on, the tweet and its likes need not be found any more."""
        self.tweets.pop(tweet_id, None)
        self.deleted.add(tweet_id)
        for pair in [pair for pair in self.likes if pair[1] == tweet_id]:
            del self.likes[pair]
