"""Slots: the scheduled times of runs, by cron expressions in the operator's time zone."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from config.settings import Settings
from server.operations.scheduled_run import RunKind

# A run begins a little after its slot, so that runs of the same minute don't all start together. The delay is
# at most this part of the time to the next slot, and never more than the limit.
JITTER_PART, JITTER_LIMIT = 0.1, timedelta(minutes=5)

# Slots are counted forwards, from a time safely before any clock change: counting wall-clock times backwards
# is ambiguous in the hour that the clocks repeat.
CLOCKS_MOVE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The slots of all kinds of runs. All returned times are in UTC."""

    crons: Mapping[RunKind, str]
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings) -> Timetable:
        """The timetable that the settings define."""
        return cls(
            {kind: getattr(settings, f"{kind}_cron") for kind in RunKind},
            ZoneInfo(settings.schedule_timezone),
        )

    def newest(self, kind: RunKind, now: datetime) -> datetime:
        """The newest slot that is not after `now`."""
        slot = self._before(kind, now - CLOCKS_MOVE)
        while (following := self.next(kind, slot)) <= now:
            slot = following
        return slot

    def next(self, kind: RunKind, now: datetime) -> datetime:
        """The first slot after `now`."""
        return next(CronSim(self.crons[kind], now.astimezone(self.zone))).astimezone(UTC)

    def between(self, kind: RunKind, after: datetime, before: datetime, *, limit: int) -> list[datetime]:
        """The slots strictly between these times, the newest first; at most `limit`."""
        found: deque[datetime] = deque(maxlen=limit)
        slot = self.next(kind, max(after, self._back(kind, before, limit)))
        while slot < before:
            found.append(slot)
            slot = self.next(kind, slot)
        return list(found)[::-1]

    def jitter(self, kind: RunKind, slot: datetime) -> timedelta:
        """How long after its slot a run begins; every process gets the same result."""
        most = min((self.next(kind, slot) - slot) * JITTER_PART, JITTER_LIMIT)
        digest = hashlib.sha256(f"{kind} {slot.isoformat()}".encode()).digest()
        return most * (int.from_bytes(digest[:4]) / 2**32)

    def _back(self, kind: RunKind, before: datetime, count: int) -> datetime:
        """A moment with at least `count` slots between it and `before`, and not many more."""
        minute = (before - CLOCKS_MOVE).astimezone(self.zone).replace(second=0, microsecond=0)
        slots = CronSim(self.crons[kind], minute, reverse=True)
        return next(islice(slots, count, None)).astimezone(UTC)

    def _before(self, kind: RunKind, moment: datetime) -> datetime:
        """A slot before this moment; when the clocks have just been set back, perhaps not the newest."""
        minute = moment.astimezone(self.zone).replace(second=0, microsecond=0)
        return next(CronSim(self.crons[kind], minute, reverse=True)).astimezone(UTC)
