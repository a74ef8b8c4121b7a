"""All models, for Tortoise and aerich."""

from server.features.api_keys.api_key import ApiKey
from server.features.bookmarks.bookmark import Bookmark
from server.features.follows.follow import Follow
from server.features.invitations.invitation import Invitation
from server.features.likes.like import Like
from server.features.media.media_attachment import MediaAttachment, MediaState
from server.features.people.user import User
from server.features.tweets.tweet import Tweet
from server.operations.instance import Instance
from server.operations.scheduled_run import RunKind, RunState, ScheduledRun

__all__ = [
    "ApiKey",
    "Bookmark",
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
