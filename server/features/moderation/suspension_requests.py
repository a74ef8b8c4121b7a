"""Suspending an administrator over HTTP: it takes effect when a second one confirms, or after 72 hours.

So nobody with one administrator's key can lock out another at once, and an administrator whose key was stolen
can be stopped without the server's terminal. The administrator in question has no say while the request is
pending: they can neither withdraw it, nor act through accounts that they create.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.database.connection import row, transaction
from server.core.errors import InvalidBody, NoConsent, SuspensionAsked, SuspensionNotFound, UserNotFound
from server.core.jobs import Jobs
from server.features.invitations import invitation
from server.features.moderation import suspension_request, suspensions
from server.features.moderation.suspension_request import LockedRow, RequestRow

log = logging.getLogger(__name__)

# The maximum number of requests that one run ends; no server has so many administrators.
AT_ONCE = 100

SUBJECT = (
    "SELECT is_admin, suspended_at IS NOT NULL AS suspended FROM users WHERE id = $1 AND deleted_at IS NULL"
)


async def ask(user_id: int, by: Actor, *, hide_tweets: bool, reason: str) -> RequestRow:
    """Ask for an administrator's suspension; their links end at once, and they can't make others meanwhile.

    Raises:
        UserNotFound: there is no such user.
        InvalidBody: the user is the requester, is no administrator, or is already suspended, or the reason
            breaks a rule.
        SuspensionAsked: a request against them is pending already, or another one by the same requester.
        NoConsent: a request against the requester is pending, or the requester's account is too new.
        InvalidKey: the requester was suspended or deleted in the meantime.
    """
    shown = text.line("reason", reason, suspensions.REASON_MAX_LENGTH) if reason.strip() else ""
    if by.user_id is None or by.key_id is None:
        raise ValueError("the terminal suspends at once")
    async with _acting(by):
        await refuse_subject(by)
        if not await suspension_request.may_ask(by.user_id):
            raise NoConsent(
                f"Your account is less than {suspension_request.WAITS} hours old. Until then, ask another "
                "administrator to do this."
            )
        await _suspendable(user_id, by)
        request_id = await suspension_request.ask(
            user_id, by.user_id, by.key_id, hide_tweets=hide_tweets, reason=shown
        )
        if request_id is None:
            raise SuspensionAsked
        await invitation.revoke_made_by(user_id)
        details = {"hide_tweets": hide_tweets, "reason": shown}
        await audit.record(by, Act.SUSPENSION_ASKED, user_id=user_id, subject_id=request_id, **details)
        (made,) = await suspension_request.waiting(by.user_id, only=request_id)
    return made


async def waiting(viewer_id: int) -> list[RequestRow]:
    """All pending requests, the oldest first, with what the viewer may do."""
    return await suspension_request.waiting(viewer_id)


async def confirm(request_id: int, by: Actor, jobs: Jobs) -> None:
    """Consent to a suspension that another administrator asked for; it takes effect now.

    Raises:
        SuspensionNotFound: none with this id waits.
        NoConsent: this administrator may not confirm it.
        InvalidKey: the confirming administrator was suspended or deleted in the meantime.
    """
    async with _acting(by):
        asked = await _found(request_id, by)
        if not asked.may_confirm:
            raise NoConsent
        locked = await suspension_request.lock(request_id)
        if locked is None:
            raise SuspensionNotFound
        await _take_effect(locked, by, confirmed=True)
    await suspensions.told(locked.user_id, jobs)


async def withdraw(request_id: int, by: Actor) -> None:
    """Withdraw a request for a suspension, as the requester or as another administrator.

    Raises:
        SuspensionNotFound: none with this id waits.
        NoConsent: this administrator may not withdraw it, above all if it asks for their own suspension.
        InvalidKey: the withdrawing administrator was suspended or deleted in the meantime.
    """
    async with _acting(by):
        asked = await _found(request_id, by)
        if not asked.may_withdraw:
            raise NoConsent
        await suspension_request.end(request_id)
        await audit.record(by, Act.SUSPENSION_WITHDRAWN, user_id=asked.user.id, subject_id=request_id)


async def carry_out(jobs: Jobs) -> int:
    """Carry out the due requests, however overdue, and drop those that must lapse; return how many ended.

    It can be killed, and several can run at once: each request ends in one transaction, in one of them.
    """
    found = await suspension_request.ending(AT_ONCE)
    for request_id in found:
        await _end(request_id, jobs)
    return len(found)


async def refuse_subject(by: Actor) -> None:
    """Raises NoConsent if a suspension of the acting administrator has been requested."""
    if by.user_id is not None and await suspension_request.is_against(by.user_id):
        raise NoConsent("Someone has asked to suspend you. You can't do this until that is settled.")


@asynccontextmanager
async def _acting(by: Actor) -> AsyncIterator[None]:
    """A transaction in which no other administrator acts on suspensions. Raises InvalidKey."""
    async with transaction():
        await suspensions.lock_administrators()
        await suspensions.keep_acting(by)
        yield


async def _end(request_id: int, jobs: Jobs) -> None:
    async with transaction():
        await suspensions.lock_administrators()
        locked = await suspension_request.lock(request_id)
        if locked is None:
            return
        asker = Actor(locked.asked_by_id, locked.asked_by_key_id)
        if not locked.asker_acts or not locked.user_acts:
            await suspension_request.end(request_id)
            await audit.record(asker, Act.SUSPENSION_LAPSED, user_id=locked.user_id, subject_id=request_id)
            return
        if not locked.is_due:
            return
        await _take_effect(locked, asker, confirmed=False)
    log.info("the suspension of administrator %d took effect", locked.user_id)
    await suspensions.told(locked.user_id, jobs)


async def _take_effect(locked: LockedRow, by: Actor, *, confirmed: bool) -> None:
    # This is never the last administrator: whoever confirmed it, or asked for it, can still act as one.
    await suspension_request.end(locked.id)
    await suspensions.apply(
        locked.user_id,
        by,
        hide_tweets=locked.hide_tweets,
        reason=locked.reason,
        asked_by=locked.asked_by_id,
        confirmed=confirmed,
    )


async def _found(request_id: int, by: Actor) -> RequestRow:
    found = await suspension_request.waiting(by.user_id or 0, only=request_id)
    if not found:
        raise SuspensionNotFound
    return found[0]


async def _suspendable(user_id: int, by: Actor) -> None:
    found = await row(SUBJECT, user_id)
    if found is None:
        raise UserNotFound
    if user_id == by.user_id:
        raise InvalidBody("user_id is your own. You can't ask for your own suspension.")
    if not found["is_admin"]:
        raise InvalidBody(
            "user_id isn't an administrator. Suspend them at once with POST /api/users/<id>/suspension."
        )
    if found["suspended"]:
        raise InvalidBody("user_id is already suspended.")
