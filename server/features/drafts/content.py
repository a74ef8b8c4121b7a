"""What a draft says: what would be published."""

from __future__ import annotations

import msgspec

from server.features.polls.poll import NewPoll, new_poll
from server.features.quotes.rules import WhoMayQuote
from server.features.replies.rules import WhoMayReply
from server.features.tweets.checks import Part as NewPart
from server.features.tweets.cover import Cover, cover
from server.features.visibility.visibility import Visibility


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of its tweets."""

    content: str = ""
    media_ids: list[int] = []


class Poll(msgspec.Struct, frozen=True):
    """Its poll, which may still lack options."""

    options: list[str]
    multiple: bool
    hides_results: bool
    seconds: int


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that its writer has chosen. `visibility` and `sensitive` are None for their defaults."""

    tweets: list[Part]
    in_reply_to_id: int | None = None
    quote_of_id: int | None = None
    visibility: Visibility | None = None
    who_may_reply: WhoMayReply = WhoMayReply.EVERYONE
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE
    warning: str | None = None
    sensitive: bool | None = None
    poll: Poll | None = None
    language: str | None = None

    @property
    def parts(self) -> list[NewPart]:
        """Its tweets as they are published."""
        return [NewPart(part.content, part.media_ids) for part in self.tweets]

    @property
    def cover(self) -> Cover:
        """Its warning. Raises InvalidBody if that isn't a line."""
        return cover(self.warning, sensitive=self.sensitive)

    @property
    def new_poll(self) -> NewPoll | None:
        """Its poll as it is published. Raises InvalidBody if it isn't complete."""
        return None if self.poll is None else new_poll(**msgspec.structs.asdict(self.poll))

    @property
    def text(self) -> str:
        """All of its words, which count towards the day's limit."""
        options = [] if self.poll is None else self.poll.options
        return "".join([*(part.content for part in self.tweets), self.warning or "", *options])

    @property
    def says_something(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.text.strip()) or any(part.media_ids for part in self.tweets)
