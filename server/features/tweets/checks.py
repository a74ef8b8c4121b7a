"""The rules for what tweets say, whether they are new, edited or still drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from server.core import text
from server.core.entities import entities
from server.core.errors import InvalidBody, NotFirst
from server.features.hashtags import hashtags
from server.features.hashtags.hashtags import Hashtag
from server.features.mentions import mentions
from server.features.polls.poll import NewPoll
from server.features.replies.rules import WhoMayReply

# In one tweet.
MAX_MEDIA = 4

# How many tweets may be published together.
MAX_PARTS = 25


class Part(NamedTuple):
    """What a tweet says, alone or as one of several."""

    content: str
    media_ids: Sequence[int] = ()


class Fields(NamedTuple):
    """What errors call the text, the pictures and the tweet itself."""

    text: str
    media: str
    whole: str


class Found(NamedTuple):
    """The handles and hashtags in the text of a tweet."""

    mentioned: list[str]
    tagged: list[Hashtag]


def checked(part: Part, max_length: int, fields: Fields) -> Found:
    """Check a new tweet; return the handles and hashtags in its text.

    Raises:
        InvalidBody: the tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures, mentions or hashtags.
    """
    content, media_ids = part
    text.bounded(fields.text, content, max_length)
    if not media_ids and not text.VISIBLE.search(content):
        raise InvalidBody(f"{fields.whole} needs text or a picture.")
    if len(media_ids) > MAX_MEDIA:
        raise InvalidBody(f"{fields.media} names {len(media_ids)} pictures; at most {MAX_MEDIA} are allowed.")
    found = entities(content)
    mentioned, tagged = mentions.handles(found), hashtags.hashtags(found)
    if len(mentioned) > mentions.MAX_MENTIONS:
        raise InvalidBody(
            f"{fields.text} mentions {len(mentioned)} people; at most {mentions.MAX_MENTIONS} are allowed."
        )
    if len(tagged) > hashtags.MAX_HASHTAGS:
        raise InvalidBody(
            f"{fields.text} has {len(tagged)} hashtags; at most {hashtags.MAX_HASHTAGS} are allowed."
        )
    return Found(mentioned, tagged)


def all_checked(parts: Sequence[Part], max_length: int, poll: NewPoll | None) -> list[Found]:
    """Check new tweets that are published together, of which the first may have a poll.

    Raises:
        InvalidBody: one of them isn't as `checked` wants it, two have the same picture, or there are pictures
            beside the poll.
    """
    if poll is not None and parts[0].media_ids:
        raise InvalidBody("A tweet can have pictures or a poll, but not both.")
    found = [
        checked(part, max_length, _fields(number if len(parts) > 1 else None))
        for number, part in enumerate(parts, 1)
    ]
    media_ids = [media_id for part in parts for media_id in part.media_ids]
    if len(set(media_ids)) != len(media_ids):
        raise InvalidBody("tweet_media_ids names the same picture twice.")
    return found


def rule_of(who: WhoMayReply, in_reply_to_id: int | None) -> WhoMayReply | None:
    """The rule of a new thread; None for everyone. Raises NotFirst for a reply with a rule."""
    if who is WhoMayReply.EVERYONE:
        return None
    if in_reply_to_id is not None:
        raise NotFirst
    return who


def _fields(number: int | None) -> Fields:
    """The field names for tweet `number` of a thread, from 1, or for a single tweet."""
    if number is None:
        return Fields("tweet_data", "tweet_media_ids", "A tweet")
    whole = f"tweets[{number - 1}]"
    return Fields(f"{whole}.tweet_data", f"{whole}.tweet_media_ids", whole)
