"""The retention of dumps and logs: by age and kind, but always keeping the two newest proven dumps.

Only signed dumps count towards these two, as anyone could claim that an unsigned one is proven. Proven dumps
from before dumps were signed stay until there are two.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config import log_files
from config.settings import Settings
from server.core.limits import quotas
from server.core.live import event
from server.features.notifications import notifications
from server.features.tweets import idempotency
from server.operations import runs, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import KINDS, Catalogue, Dump, distinct
from server.operations.dumps.manifest import DumpKind
from server.operations.runs import Claim
from storage.base import StorageUnavailable
from storage.lifecycle import LifecycleUnsupported
from tasks import lifecycle
from tasks.dumps.drills import KEPT_PROVEN
from tasks.workshop import Workshop, require_ours

log = logging.getLogger(__name__)

# Objects without a manifest are left alone for as long as a dump may take, and this much longer.
GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Expired:
    """Something to remove: its objects in the order of their removal, and the reason."""

    what: str
    keys: Sequence[str]
    bytes: int
    reason: str


async def apply_scheduled(claim: Claim, workshop: Workshop) -> dict[str, Any]:
    """Remove what is past its retention, and make sure that the bucket has our lifecycle rules."""
    del claim
    await require_ours(workshop.backups)
    removed = await remove(await expired(workshop), workshop)
    before = datetime.now(UTC) - grace(workshop.settings)
    unfinished = 0
    for folder in (workshop.settings.s3_dump_folder, workshop.settings.s3_logs_folder):
        unfinished += await workshop.backups.remove_unfinished(folder.strip("/") + "/", before=before)
    rows = await runs.forget_old() + await idempotency.forget_old() + await quotas.forget_old()
    rows += await notifications.forget_old()
    told = await event.forget_old()
    rules = "none"
    try:
        rules = str((await lifecycle.apply(workshop.settings)).outcome)
    except LifecycleUnsupported:
        log.info("the store has no lifecycle rules, so only Perch's own retention applies")
    except StorageUnavailable as error:  # the rules are only a safety net; the work itself is done
        log.warning("can't apply the bucket's lifecycle rules: %s", error)
        rules = f"failed: {error}"
    if workshop.settings.backup_media and workshop.settings.backup_media_bucket is not None:
        await _apply_to_copies(workshop.settings)
    return {"removed": removed, "unfinished": unfinished, "rows": rows, "events": told, "lifecycle": rules}


async def _apply_to_copies(settings: Settings) -> None:
    """Apply the copies' rule to their bucket, if the credentials allow it, which they needn't."""
    try:
        await lifecycle.apply_to_copies(settings)
    except (LifecycleUnsupported, StorageUnavailable) as error:
        log.info("set the rule for old versions in BACKUP_MEDIA_BUCKET by hand: %s", error)


async def remove(found: Sequence[Expired], workshop: Workshop) -> int:
    """Remove these; return their number. Manifests go first, so that no dump is ever half there."""
    for item in found:
        for key in item.keys:
            await workshop.backups.delete(key)
        log.info("removed %s: %s", item.what, item.reason)
    return len(found)


async def expired(workshop: Workshop, *, now: datetime | None = None) -> list[Expired]:
    """What retention would remove at this moment."""
    now, settings = now or datetime.now(UTC), workshop.settings
    found = await catalogue.read(workshop.backups, settings, await server_keys.keyring())
    gone = [item for kind in KINDS for item in expired_dumps(kind, found, settings, now)]
    gone += [
        Expired(item.key, [item.key], item.size, "an archive without a manifest, so not a usable dump")
        for item in found.strays
        if item.modified_at < now - grace(settings)
    ]
    days = settings.retention_logs_days
    async for item in workshop.backups.list(settings.s3_logs_folder.strip("/") + "/"):
        ours = log_files.NAME.fullmatch(item.key.rpartition("/")[2].removesuffix(".gz"))
        if ours and item.modified_at < now - timedelta(days=days):
            gone.append(Expired(item.key, [item.key], item.size, f"logs are kept for {plural(days)}"))
    return gone


def expired_dumps(kind: DumpKind, found: Catalogue, settings: Settings, now: datetime) -> list[Expired]:
    """The dumps of a kind that are past their retention, except those that have to stay."""
    days = days_of(settings)[kind]
    own = [dump for dump in found.dumps if dump.folder == settings.dump_folder(kind)]
    proven, signed = newest_proven(found), [dump for dump in own if dump.is_signed]
    kept = {dump.id for dump in (*proven, *(signed or own)[:1])}
    if len(proven) < KEPT_PROVEN:
        kept |= {dump.id for dump in own if not dump.is_signed}
    return [
        Expired(
            dump.id,
            dump.keys,
            dump.manifest.stored_bytes,
            f"{kind} dumps are kept for {plural(days)}",
        )
        for dump in own
        if dump.id not in kept and dump.manifest.slot < now - timedelta(days=days)
    ]


def newest_proven(found: Catalogue) -> list[Dump]:
    """The newest proven and signed dumps, which retention never removes; at most two."""
    return [dump for dump in proven_dumps(found) if dump.is_signed][:KEPT_PROVEN]


def proven_dumps(found: Catalogue) -> list[Dump]:
    """The dumps that are whole and proven, whoever says so; the newest first."""
    return [dump for dump in distinct(found.dumps) if dump.is_proven and dump.trouble is None]


def days_of(settings: Settings) -> dict[DumpKind, int]:
    """How many days each kind of dump is kept."""
    return {
        "hour": settings.retention_hour_days,
        "day": settings.retention_day_days,
        "week": settings.retention_week_days,
    }


def grace(settings: Settings) -> timedelta:
    """How long an unfinished dump may still be in the making."""
    return timedelta(seconds=settings.dump_timeout) + GRACE


def plural(days: int) -> str:
    """A number of days, as words for a sentence."""
    return "1 day" if days == 1 else f"{days} days"
