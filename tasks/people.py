"""Tasks about people. Each takes ids, works in batches, and may be killed and run again at any point."""

from __future__ import annotations

import logging

from server.domain import hiding
from tasks.workshop import Means

log = logging.getLogger(__name__)


async def settle_tweets(user_id: int, workshop: Means) -> None:
    """Mark the tweets of a user who was hidden, or is shown again."""
    await hiding.settle(user_id)


async def resume(workshop: Means) -> None:
    """Queue again what a crash between commit and queue has left."""
    if count := await hiding.resume(workshop.jobs):
        log.info("resumed the marking of the tweets of %d users", count)
