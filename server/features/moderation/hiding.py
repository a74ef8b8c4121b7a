"""Marking the tweets of users who were hidden or shown again. It can be killed at any point and rerun."""

from __future__ import annotations

from server.core.cache import changes
from server.core.jobs import Job, Jobs
from server.features.moderation import events
from server.features.moderation import hidden_tweets as hiding

# The maximum number of users that one run resumes.
AT_ONCE = 100

# Mark the tweets of a user who was hidden, or is shown again.
SETTLE_TWEETS = Job("people.settle_tweets")


async def settle_some(user_id: int) -> bool:
    """Mark a batch of tweets; return whether any are left."""
    more = await hiding.mark_some(user_id)
    await changes.tell(events.marked(user_id))
    return more


async def settle(user_id: int) -> None:
    """Mark all tweets."""
    while await settle_some(user_id):
        pass


async def begin(user_id: int, jobs: Jobs) -> None:
    """Mark the first tweets now (for most people that is all of them), and leave the others to a task."""
    if await settle_some(user_id):
        await jobs.send(SETTLE_TWEETS, user_id)


async def resume(jobs: Jobs) -> int:
    """Queue the users that a crash left unfinished; return their number."""
    found = await hiding.unsettled(AT_ONCE)
    for user_id in found:
        await jobs.send(SETTLE_TWEETS, user_id)
    return len(found)
