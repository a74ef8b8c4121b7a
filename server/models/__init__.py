"""The tables, and the queries that read them."""

from server.models.api_key import ApiKey
from server.models.event import Event, EventKind, OutboxEntry
from server.models.follow import Follow
from server.models.instance import Instance
from server.models.like import Like
from server.models.media_attachment import MediaAttachment, MediaState
from server.models.scheduled_run import RunKind, RunState, ScheduledRun
from server.models.tweet import Tweet
from server.models.user import User

__all__ = [
    "ApiKey",
    "Event",
    "EventKind",
    "Follow",
    "Instance",
    "Like",
    "MediaAttachment",
    "MediaState",
    "OutboxEntry",
    "RunKind",
    "RunState",
    "ScheduledRun",
    "Tweet",
    "User",
]
