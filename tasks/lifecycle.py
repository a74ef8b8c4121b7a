"""The bucket's lifecycle rules for what Perch keeps there: dumps, logs, unfinished uploads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import storage
from config.settings import Settings
from config.values import EXPORTS
from storage.base import StorageUnavailable
from storage.lifecycle import LifecycleUnsupported, Merged, Rule, merge, prefix_of, rule, same

log = logging.getLogger(__name__)

COVERING = (
    "the bucket's lifecycle rule %s for %r reaches into Perch's dumps or logs (and pictures, if it is for "
    "the whole bucket) and may remove what should stay: `perch lifecycle apply --adopt` replaces one that "
    "lies within them; narrow a wider one by hand"
)

Outcome = Literal["written", "unchanged", "would change"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the rules."""

    outcome: Outcome
    before: Sequence[Rule]
    merged: Merged


def ours(settings: Settings) -> list[Rule]:
    """The rules that we want. The proven dumps have none. A day more for archives, which have no end before
    they are made."""
    rules = [
        rule("hour", settings.dump_folder("hour"), settings.retention_hour_days),
        rule("day", settings.dump_folder("day"), settings.retention_day_days),
        rule("week", settings.dump_folder("week"), settings.retention_week_days),
        rule("logs", settings.s3_logs_folder.strip("/") + "/", settings.retention_logs_days),
    ]
    if settings.object_storage == "s3":  # the same bucket
        rules.append(rule("exports", EXPORTS, settings.retention_export_days + 1))
    return rules


async def apply(settings: Settings, *, adopt: bool = False, dry_run: bool = False) -> Applied:
    """Read, merge, write where that changes anything, and read again.

    Raises:
        LifecycleUnsupported: backups lie on the local disk, or in a store without such rules.
        StorageUnavailable: the store does not answer, or did not keep what was written.
    """
    if settings.backup_kind != "s3":
        raise LifecycleUnsupported("backups lie on the local disk, where Perch's own retention removes them")
    store = storage.in_bucket(settings)
    await store.open()
    try:
        before = await store.lifecycle()
        guarded = [settings.dump_folder("proven")]
        merged = merge(before, ours(settings), guarded=guarded, adopt=adopt)
        for found in merged.covering:
            log.warning(COVERING, found.get("ID", "without an id"), prefix_of(found))
        if same(before, merged.rules) or same(before, merged.rules, but="AbortIncompleteMultipartUpload"):
            return Applied("unchanged", before, merged)
        if dry_run:
            return Applied("would change", before, merged)
        await store.set_lifecycle(merged.rules)
        # MinIO takes the element about unfinished uploads, does that by itself, and does not keep it.
        if not same(await store.lifecycle(), merged.rules, but="AbortIncompleteMultipartUpload"):
            raise StorageUnavailable("the bucket does not keep the lifecycle rules as they were written")
        return Applied("written", before, merged)
    finally:
        await store.close()
