"""Notifications that workers write: of new tweets, edits and the ends of polls."""

from __future__ import annotations

from server.core.cache import changes
from server.core.database.connection import rows
from server.features.notifications import new_tweets, to_many
from server.features.notifications.told import notifications_of
from server.features.registry import TO_MANY
from tests.waiting import until

LEFT = "SELECT tweet_id FROM tweets_to_notify_of UNION ALL SELECT tweet_id FROM notices"


async def notified() -> None:
    """Return once everybody is notified and the caches know it.

    A worker that other tests started may be notifying too, and may have committed without having invalidated
    the caches yet.
    """

    async def is_done() -> bool:
        while await new_tweets.notify_some() or await to_many.notify_some(TO_MANY):
            pass
        return await rows(LEFT) == []

    await until(is_done)
    await changes.tell({notifications_of(one["id"]) for one in await rows("SELECT id FROM users")})
