"""Tasks about people. Each takes ids, works in batches, and can be killed at any point and rerun."""

from __future__ import annotations

import logging

from server.features.api_keys import api_keys as keys
from server.features.drafts import scheduled
from server.features.follows import requests
from server.features.moderation import hiding, suspension_requests
from server.features.notifications import new_tweets, to_many
from server.features.polls import polls
from server.features.previews.links import Links
from server.features.privacy import deletion, exports
from server.features.registry import TO_MANY
from server.features.relations import relations
from server.features.tweets import earlier_texts
from server.operations import ownership
from server.operations.queues import PEOPLE_STREAM
from tasks.leases import renewed
from tasks.task import Task
from tasks.workshop import Means

log = logging.getLogger(__name__)


async def settle_tweets(user_id: int, workshop: Means) -> None:
    """Mark the tweets of a user who was hidden, or is shown again."""
    await hiding.settle(user_id)


async def make_export(export_id: int, workshop: Means) -> None:
    """Make the archive that a user asked for. If it fails, `resume` tries it again."""
    claimed = await exports.claim(export_id)
    if claimed is None:
        return
    user_id, token = claimed
    async with renewed(lambda: exports.renew(export_id, token), every=exports.LEASE / 3):
        await exports.make(
            export_id,
            user_id,
            token,
            workshop.store,
            workshop.media_folder,
            days=workshop.settings.retention_export_days,
        )


async def erase_user(user_id: int, workshop: Means) -> None:
    """Remove everything that a deleted user left."""
    if await deletion.erase(user_id, workshop.store, workshop.media_folder):
        log.info("removed the deleted user %d and everything they had", user_id)


async def sweep_exports(workshop: Means) -> None:
    """Remove expired archives."""
    await exports.sweep(workshop.store)


async def read_earlier_texts(workshop: Means) -> None:
    """Find hashtags and mentions in tweets that were written before Perch knew them, or were imported."""
    if count := await earlier_texts.read_some():
        log.info("read the texts of %d earlier tweets", count)


async def end_mutes(workshop: Means) -> None:
    """End mutes whose time is over."""
    await relations.end_mutes()


async def accept_left_over_requests(workshop: Means) -> None:
    """Accept requests to follow accounts that are no longer locked, which a crash left open."""
    if count := await requests.accept_left_over():
        log.info("accepted requests to follow %d users whose accounts aren't locked", count)


async def carry_out_suspensions(workshop: Means) -> None:
    """Suspend administrators whose suspension was requested 72 hours ago or more; delays do no harm."""
    if not await ownership.is_rehearsal():
        await suspension_requests.carry_out(workshop.jobs)


async def notify_of_new_tweets(workshop: Means) -> None:
    """Notify followers of new tweets, and remove notifications of deleted ones."""
    while await new_tweets.notify_some():
        pass


async def notify_many(workshop: Means) -> None:
    """Notify people of edits of tweets that they reposted, and of the ends of polls."""
    while await to_many.notify_some(TO_MANY):
        pass


async def end_polls(workshop: Means) -> None:
    """End polls whose time is over, and notify their voters and authors."""
    while await polls.end_some(workshop.jobs):
        pass


async def publish_scheduled(workshop: Means) -> None:
    """Publish scheduled tweets whose time has come; not in a copy beside production."""
    if not await ownership.is_rehearsal():
        settings = workshop.settings
        await scheduled.publish_due(
            workshop.jobs,
            max_length=settings.tweet_max_length,
            day_bytes=settings.text_bytes_per_day,
            links=Links.of(settings),
        )


async def resume(workshop: Means) -> None:
    """Queue again the work that a crash left unfinished, between commit and queue or during a task."""
    if count := await keys.adopt():
        log.info("gave the scope account to %d keys made by a process of an earlier version", count)
    for what, resumed in (
        ("the marking of tweets", hiding.resume),
        ("the deletion", deletion.resume),
        ("the archives", exports.resume),
    ):
        if count := await resumed(workshop.jobs):
            log.info("resumed %s of %d users", what, count)


TASKS = (
    Task(hiding.SETTLE_TWEETS.name, settle_tweets, stream=PEOPLE_STREAM),
    Task(deletion.ERASE_USER.name, erase_user, stream=PEOPLE_STREAM),
    Task(exports.MAKE_EXPORT.name, make_export, stream=PEOPLE_STREAM),
    Task(new_tweets.NOTIFY.name, notify_of_new_tweets, cron="* * * * *"),
    Task(to_many.NOTIFY.name, notify_many, cron="* * * * *"),
    Task("people.end_polls", end_polls, cron="* * * * *"),
    Task(scheduled.PUBLISH.name, publish_scheduled, cron="* * * * *"),
    Task("people.sweep_exports", sweep_exports, cron="47 * * * *"),
    Task("people.read_earlier_texts", read_earlier_texts, cron="* * * * *"),
    Task("people.end_mutes", end_mutes, cron="* * * * *"),
    Task("people.accept_left_over_requests", accept_left_over_requests, cron="17 * * * *"),
    Task("people.carry_out_suspensions", carry_out_suspensions, cron="* * * * *"),
    Task("people.resume", resume, cron="* * * * *"),
)
