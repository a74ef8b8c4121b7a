"""The tables, and the queries that read them."""

from server.models.api_key import ApiKey
from server.models.event import EventKind
from server.models.follow import Follow
from server.models.instance import Instance
from server.models.invitation import Invitation
from server.models.like import Like
from server.models.media_attachment import MediaAttachment, MediaState
from server.models.scheduled_run import RunKind, RunState, ScheduledRun
from server.models.tweet import Tweet
from server.models.user import User

__all__ = [
    "ApiKey",
    "EventKind",
    "Follow",
    "Instance",
    "Invitation",
    "Like",
    "MediaAttachment",
    "MediaState",
    "RunKind",
    "RunState",
    "ScheduledRun",
    "Tweet",
    "User",
]
