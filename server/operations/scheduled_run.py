"""Scheduled runs: each slot of each kind is one row, whatever became of it."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class RunKind(StrEnum):
    """What recurs and must happen exactly once per slot."""

    DUMP_HOUR = "dump_hour"
    DUMP_DAY = "dump_day"
    DUMP_WEEK = "dump_week"
    DRILL = "drill"
    LOGS = "logs"
    RETENTION = "retention"
    RECONCILE = "reconcile"


class RunState(StrEnum):
    """Where a run is on its way."""

    DUE = "due"  # its time has come, or comes at `start_after`; no worker has it
    RUNNING = "running"  # a worker has it, as long as the lease lasts
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"  # a newer slot came before anybody could begin


class ScheduledRun(Model):
    """One run. `slot` is the time that it stands for; of a manual one, its start."""

    id = fields.BigIntField(primary_key=True, generated=True)
    kind = fields.CharEnumField(RunKind, max_length=20)
    slot = fields.DatetimeField()
    trigger = fields.CharField(10, default="schedule")  # or `manual`, or `asked` (requested, for a worker)
    state = fields.CharEnumField(RunState, max_length=10, default=RunState.DUE)
    attempt = fields.SmallIntField(default=0)
    start_after = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)  # when workers were last told of it
    holder = fields.CharField(32, null=True)  # who is at it, by a token of the attempt
    lease_until = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    result = fields.JSONField(null=True)  # type: ignore[var-annotated]
    error = fields.TextField(null=True)

    class Meta:
        table = "scheduled_runs"
        unique_together = (("kind", "slot"),)
