"""Slots: the times that scheduled runs stand for, by cron expressions in the operator's time zone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from config.settings import Settings
from server.models import RunKind

# A run begins a little after its slot, so that what falls on one minute does not start together: by at most
# this part of the time to the next slot, and never more than the limit.
JITTER_PART, JITTER_LIMIT = 0.1, timedelta(minutes=5)

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Which slots there are. All times that come out are in UTC."""

    crons: Mapping[RunKind, str]
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings) -> Timetable:
        """What the settings say."""
        return cls(
            {kind: getattr(settings, f"{kind}_cron") for kind in RunKind},
            ZoneInfo(settings.schedule_timezone),
        )

    def newest(self, kind: RunKind, now: datetime) -> datetime:
        """The newest slot that is not after `now`."""
        return next(self._backwards(kind, now))

    def next(self, kind: RunKind, now: datetime) -> datetime:
        """The first slot after `now`."""
        return next(CronSim(self.crons[kind], now.astimezone(self.zone))).astimezone(UTC)

    def between(self, kind: RunKind, after: datetime, before: datetime, *, limit: int) -> list[datetime]:
        """The slots between these, without both, the newest first; at most `limit`."""
        found: list[datetime] = []
        for slot in self._backwards(kind, before):
            if slot <= after or len(found) == limit:
                break
            if slot < before:
                found.append(slot)
        return found

    def jitter(self, kind: RunKind, slot: datetime) -> timedelta:
        """How long after its slot a run begins: the same for every process that asks."""
        most = min((self.next(kind, slot) - slot) * JITTER_PART, JITTER_LIMIT)
        digest = hashlib.sha256(f"{kind} {slot.isoformat()}".encode()).digest()
        return most * (int.from_bytes(digest[:4]) / 2**32)

    def _backwards(self, kind: RunKind, start: datetime) -> Iterator[datetime]:
        minute = start.astimezone(self.zone).replace(second=0, microsecond=0) + MINUTE
        for slot in CronSim(self.crons[kind], minute, reverse=True):
            yield slot.astimezone(UTC)
