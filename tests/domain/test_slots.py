"""Slots: the scheduled times of runs, even across the hours that clocks skip or repeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.operations.scheduled_run import RunKind
from server.operations.slots import JITTER_LIMIT, JITTER_PART, Timetable

KIND = RunKind.DUMP_HOUR


def table(cron: str, zone: str = "UTC") -> Timetable:
    return Timetable(dict.fromkeys(RunKind, cron), ZoneInfo(zone))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_newest_slot_is_never_in_the_future() -> None:
    hourly = table("5 * * * *")
    assert hourly.newest(KIND, at("2026-11-24T18:04:59")) == at("2026-11-24T17:05:00")
    assert hourly.newest(KIND, at("2026-11-24T18:05:00")) == at("2026-11-24T18:05:00")
    assert hourly.newest(KIND, at("2026-11-24T18:05:59.999")) == at("2026-11-24T18:05:00")
    assert hourly.next(KIND, at("2026-11-24T18:05:00")) == at("2026-11-24T19:05:00")


def test_slots_between_two_are_listed_exclusively_and_up_to_a_limit() -> None:
    hourly = table("0 * * * *")
    between = hourly.between(KIND, at("2026-11-24T10:00:00"), at("2026-11-24T14:00:00"), limit=10)
    assert [slot.hour for slot in between] == [13, 12, 11]
    assert len(hourly.between(KIND, at("2020-01-01T00:00:00"), at("2026-11-24T14:00:00"), limit=10)) == 10


@pytest.mark.fault("slots")
@pytest.mark.parametrize("cron", ["30 2 * * *", "0 * * * *", "*/20 2 * * *", "59 1 * * *"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])  # Berlin skips and repeats an hour then
def test_every_slot_is_found_once_in_either_direction(cron: str, day: str) -> None:
    berlin = table(cron, "Europe/Berlin")
    start = at(f"{day}T00:00:00") - timedelta(hours=12)
    end = start + timedelta(hours=36)
    forwards = []
    slot = berlin.next(KIND, start)
    while slot < end:
        forwards.append(slot)
        slot = berlin.next(KIND, slot)
    backwards = berlin.between(KIND, start, end, limit=100)
    assert backwards[::-1] == forwards
    assert len(set(forwards)) == len(forwards)
    for minute in range(36 * 60):
        now = start + timedelta(minutes=minute, seconds=30)
        newest = berlin.newest(KIND, now)
        assert newest <= now
        assert newest == max((slot for slot in forwards if slot <= now), default=newest)


def test_runs_due_in_the_same_minute_do_not_start_together() -> None:
    daily = table("0 3 * * *")
    slot = at("2026-11-24T03:00:00")
    waits = {daily.jitter(kind, slot) for kind in RunKind}
    assert len(waits) == len(RunKind)
    assert all(timedelta() <= wait <= JITTER_LIMIT for wait in waits)
    assert table("* * * * *").jitter(KIND, slot) <= timedelta(minutes=1) * JITTER_PART
    assert daily.jitter(KIND, slot) == daily.jitter(KIND, slot)
