"""The bucket's lifecycle rules for Perch's objects there: dumps, logs, unfinished uploads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import storage
from config.settings import Settings
from config.values import COPIES, EXPORTS
from storage.base import StorageUnavailable
from storage.lifecycle import (
    LifecycleUnsupported,
    Merged,
    Rule,
    merge,
    prefix_of,
    rule,
    rule_for_versions,
    same,
)
from storage.s3 import S3Store

log = logging.getLogger(__name__)

COVERING = (
    "the bucket's lifecycle rule %s for %r also applies to Perch's dumps or logs (and pictures, if it is for "
    "the whole bucket) and may remove what should be kept. If it applies only to those, replace it with "
    "`perch lifecycle apply --adopt`; otherwise narrow it by hand"
)

Outcome = Literal["written", "unchanged", "would change"]


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of applying the rules."""

    outcome: Outcome
    before: Sequence[Rule]
    merged: Merged


def ours(settings: Settings) -> list[Rule]:
    """The rules that we want.

    Proven dumps have none. Archives get one more day, as their retention starts only when they are made.
    """
    rules = [
        rule("hour", settings.dump_folder("hour"), settings.retention_hour_days),
        rule("day", settings.dump_folder("day"), settings.retention_day_days),
        rule("week", settings.dump_folder("week"), settings.retention_week_days),
        rule("logs", settings.s3_logs_folder.strip("/") + "/", settings.retention_logs_days),
    ]
    if settings.backup_media and settings.backup_media_bucket is None:
        rules.append(rule_of_copies(settings))
    if settings.object_storage == "s3":  # the same bucket
        rules.append(rule("exports", EXPORTS, settings.retention_export_days + 1))
    return rules


def rule_of_copies(settings: Settings) -> Rule:
    """The copies' rule: in a versioned bucket, deleted pictures' copies are old versions, which expire."""
    return rule_for_versions("copies", COPIES, settings.backup_media_days)


async def apply(settings: Settings, *, adopt: bool = False, dry_run: bool = False) -> Applied:
    """Merge our rules into those of the store of backups, write them if they changed, and read them again.

    Raises:
        LifecycleUnsupported: backups are on the local disk, or in a store without such rules.
        StorageUnavailable: the store does not respond, or did not keep what was written.
    """
    if settings.backup_kind != "s3":
        raise LifecycleUnsupported("backups are on the local disk, where Perch's own retention removes them")
    guarded = [settings.dump_folder("proven")]
    return await applied(storage.in_bucket(settings), ours(settings), guarded, adopt=adopt, dry_run=dry_run)


async def apply_to_copies(settings: Settings) -> Applied:
    """Do the same in BACKUP_MEDIA_BUCKET. Raises like `apply`, also if the credentials don't allow it."""
    if settings.backup_media_bucket is None:
        raise LifecycleUnsupported("the copies of pictures have no bucket of their own")
    return await applied(storage.for_copies(settings), [rule_of_copies(settings)], [COPIES])


async def applied(
    store: S3Store,
    wanted: Sequence[Rule],
    guarded: Sequence[str],
    *,
    adopt: bool = False,
    dry_run: bool = False,
) -> Applied:
    """Make sure that a bucket has these rules among its own. Raises like `apply`."""
    await store.open()
    try:
        before = await store.lifecycle()
        merged = merge(before, wanted, guarded=guarded, adopt=adopt)
        for found in merged.covering:
            log.warning(COVERING, found.get("ID", "without an ID"), prefix_of(found))
        if same(before, merged.rules) or same(before, merged.rules, but="AbortIncompleteMultipartUpload"):
            return Applied("unchanged", before, merged)
        if dry_run:
            return Applied("would change", before, merged)
        await store.set_lifecycle(merged.rules)
        # MinIO accepts the element about unfinished uploads but doesn't store it; it aborts them by itself.
        if not same(await store.lifecycle(), merged.rules, but="AbortIncompleteMultipartUpload"):
            raise StorageUnavailable("the bucket didn't keep the lifecycle rules as they were written")
        return Applied("written", before, merged)
    finally:
        await store.close()
