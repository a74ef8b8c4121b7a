"""What operators see, in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from server.core.security.api_keys import HeldScope
from server.features.api_keys.api_key import ApiKey
from server.features.people.roster_rows import MemberRow
from server.operations.scheduled_run import RunKind, ScheduledRun


class QueueLength(msgspec.Struct, frozen=True):
    """Tasks of a queue: waiting, and being worked on."""

    name: str
    waiting: int
    running: int


class Run(msgspec.Struct, frozen=True):
    """A scheduled run, or one that someone started."""

    id: int
    kind: str
    slot: Annotated[datetime, Meta(description="The scheduled time of the run.")]
    state: Literal["due", "running", "done", "failed", "skipped"]
    trigger: Annotated[str, Meta(description="`schedule`, `manual` (a command), or `asked` (over HTTP).")]
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None
    result: Annotated[dict[str, Any] | None, Meta(description="The result, in figures.")]
    error: Annotated[str | None, Meta(description="Why it failed or was skipped.")]


class RunOfKind(msgspec.Struct, frozen=True):
    """The newest run of a kind, and when the next one is due."""

    kind: str
    last: Run | None
    next: datetime


class NewRun(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that starts a run."""

    kind: RunKind


class Stored(msgspec.Struct, frozen=True):
    """What is stored of one kind of object."""

    kind: str
    objects: int
    bytes: int


class DumpCheck(msgspec.Struct, frozen=True):
    """A verification of a dump."""

    at: datetime
    is_whole: Annotated[bool | None, Meta(description="Null while it is in progress.")]
    words: str


class Dump(msgspec.Struct, frozen=True):
    """A dump."""

    id: str
    kind: Literal["hour", "day", "week"]
    slot: datetime
    bytes: Annotated[int, Meta(description="Bytes as stored, compressed.")]
    database_bytes: int
    seconds: Annotated[float, Meta(description="How long it took to make.")]
    encrypted: bool
    signed: Annotated[bool, Meta(description="Whether it is signed with a key of this Perch.")]
    proven_at: Annotated[datetime | None, Meta(description="When a restore test proved the stored dump.")]
    trouble: Annotated[str | None, Meta(description="What is wrong with it, if anything is known.")]
    check: DumpCheck | None


class DeadLetter(msgspec.Struct, frozen=True):
    """A failed task: every worker that tried it died, or none knew it."""

    id: str
    at: datetime
    task: str | None
    arguments: list[Any]
    reason: str


class LogLine(msgspec.Struct, frozen=True):
    """A log line."""

    time: str
    level: str
    process: str
    work: Annotated[str, Meta(description="The id of the request or task.")]
    logger: str
    message: str
    traceback: str | None = None


class Trend(msgspec.Struct, frozen=True):
    """One number per minute, oldest first; null if nothing was counted."""

    begins: Annotated[int, Meta(description="The first minute, in seconds since 1970.")]
    requests: list[int | None]
    errors: Annotated[list[int | None], Meta(description="Requests answered with 5xx.")]
    refused: Annotated[list[int | None], Meta(description="Requests refused by a rate limit.")]
    median_ms: Annotated[list[float | None], Meta(description="Of responses under /api, except uploads.")]
    p95_ms: list[float | None]
    waiting: Annotated[list[int | None], Meta(description="The most tasks that were waiting.")]


class Member(msgspec.Struct, frozen=True):
    """A user, as administrators see one."""

    id: int
    handle: str
    name: str
    is_admin: bool
    created_at: datetime
    suspended_at: datetime | None
    hidden: bool
    tweets_count: int
    keys: Annotated[int, Meta(description="How many of their keys are valid.")]


class MemberKey(msgspec.Struct, frozen=True):
    """A user's key, without the key itself."""

    id: int
    name: str
    scopes: list[HeldScope]
    created_at: datetime
    expires_at: datetime | None


def run(row: ScheduledRun) -> Run:
    """The run as an answer shows it."""
    return msgspec.convert(row, Run, from_attributes=True)


def member(row: MemberRow) -> Member:
    """The user as administrators see them."""
    return msgspec.convert(row, Member, from_attributes=True)


def member_key(record: ApiKey) -> MemberKey:
    """The key as administrators see it."""
    return msgspec.convert(record, MemberKey, from_attributes=True)
