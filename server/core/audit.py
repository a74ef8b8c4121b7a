"""The audit log: who did what to whom, recorded in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.core import audit_rows as audit
from server.core.audit_rows import ActRow
from server.core.paging import Page
from server.core.viewer import Viewer


class Act(StrEnum):
    """What is on record, by its subject and what was done."""

    TWEET_DELETED = "tweet.delete"
    REPOST_DELETED = "repost.delete"
    USER_ADDED = "user.add"
    USER_SUSPENDED = "user.suspend"
    USER_UNSUSPENDED = "user.unsuspend"
    SUSPENSION_ASKED = "suspension.ask"
    SUSPENSION_WITHDRAWN = "suspension.withdraw"
    SUSPENSION_LAPSED = "suspension.lapse"
    USER_DELETED = "user.delete"
    USER_KEPT = "user.keep"
    USER_EXPORTED = "user.export"
    KEY_MADE = "key.create"
    KEY_REVOKED = "key.revoke"
    RUN_ASKED = "run.start"
    DUMP_VERIFIED = "dump.verify"
    TASK_RETRIED = "task.retry"
    TASK_DISCARDED = "task.discard"
    INVITATION_MADE = "invitation.create"
    INVITATION_REVOKED = "invitation.revoke"
    DATABASE_RESTORED = "database.restore"
    STORE_TAKEN_OVER = "store.take_over"
    RECOVERY_KIT_MADE = "recovery_kit.create"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts as an administrator: a user with an API key, or anyone at the server's terminal."""

    user_id: int | None
    key_id: int | None

    @classmethod
    def of(cls, viewer: Viewer) -> Actor:
        """The viewer as an actor, with the key of the request."""
        return cls(viewer.id, viewer.key_id)

    @property
    def is_terminal(self) -> bool:
        """Whether the act came from the terminal: anyone who has the machine controls everything on it."""
        return self.user_id is None


TERMINAL = Actor(None, None)


async def record(
    by: Actor, act: Act, *, user_id: int | None = None, subject_id: int | None = None, **details: object
) -> None:
    """Record an act. Call this inside its transaction, so that no act can happen without a record.

    Args:
        user_id: the user it was done to.
        subject_id: the tweet, key or invitation.
        details: as much as is needed to understand it, and never anyone's content.
    """
    await audit.record(by.user_id, by.key_id, act, user_id, subject_id, details)


async def listed(*, limit: int, before: int) -> Page[ActRow]:
    """Acts, the newest first."""
    found = await audit.page(before=before, limit=limit + 1)
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit and items else None)
