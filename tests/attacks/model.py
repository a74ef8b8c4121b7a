"""The simplest possible model of Perch: lists in memory. Real answers are compared with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from server.core.text import VISIBLE

OK = (200, None)


@dataclass
class Tweet:
    """A tweet; its likers are listed oldest like first."""

    author: int
    text: str
    media: list[int]
    likers: list[int] = field(default_factory=list)


@dataclass
class Key:
    """A key that a user made."""

    owner: int
    scopes: set[str]


Outcome = tuple[int, str | None]


@dataclass
class Model:
    """The users by id and everything that they did. Operations return the expected status and error."""

    names: dict[int, str]
    tweets: dict[int, Tweet] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)
    follows: list[tuple[int, int]] = field(default_factory=list)  # (follower, followee); the oldest first
    likes: list[tuple[int, int]] = field(default_factory=list)  # (user, tweet); the oldest first
    media: dict[int, int] = field(default_factory=dict)  # the owner of each unattached picture
    used: dict[int, int] = field(default_factory=dict)  # the owner of each attached picture
    keys: dict[int, Key] = field(default_factory=dict)

    def publishable(self, who: int, text: str, media: list[int]) -> Outcome:
        """The expected answer to publishing this tweet."""
        if not media and not VISIBLE.search(text):
            return 422, "invalid_body"
        for number in media:
            if self.used.get(number) == who:
                return 409, "media_in_use"
            if self.media.get(number) != who:
                return 404, "media_not_found"
        return 201, None

    def published(self, tweet_id: int, who: int, text: str, media: list[int]) -> None:
        """Record that the tweet was published."""
        self.tweets[tweet_id] = Tweet(who, text, media)
        for number in media:
            self.used[number] = self.media.pop(number)

    def delete(self, who: int, tweet_id: int) -> Outcome:
        if tweet_id not in self.tweets:
            return 404, "tweet_not_found"
        if self.tweets[tweet_id].author != who:
            return 403, "not_author"
        for number in self.tweets.pop(tweet_id).media:
            del self.used[number]
        self.likes = [(liker, what) for liker, what in self.likes if what != tweet_id]
        self.deleted.append(tweet_id)
        return OK

    def like(self, who: int, tweet_id: int) -> Outcome:
        if tweet_id not in self.tweets:
            return 404, "tweet_not_found"
        if (who, tweet_id) not in self.likes:
            self.likes.append((who, tweet_id))
        return OK

    def unlike(self, who: int, tweet_id: int) -> Outcome:
        if tweet_id not in self.tweets:
            return 404, "tweet_not_found"
        self.likes = [like for like in self.likes if like != (who, tweet_id)]
        return OK

    def follow(self, who: int, whom: int) -> Outcome:
        if who == whom:
            return 422, "self_follow"
        if (who, whom) not in self.follows:
            self.follows.append((who, whom))
        return OK

    def unfollow(self, who: int, whom: int) -> Outcome:
        self.follows = [follow for follow in self.follows if follow != (who, whom)]
        return OK

    # What users see.

    def tweet(self, viewer: int, tweet_id: int) -> dict[str, Any]:
        """The fields of a tweet's answer that the model knows."""
        found = self.tweets[tweet_id]
        likers = [who for who, what in reversed(self.likes) if what == tweet_id]
        likers.sort(key=lambda who: who != viewer)  # the viewer first
        return {
            "id": tweet_id,
            "content": found.text,
            "author": (found.author, self.names[found.author]),
            "media": found.media,
            "likes": likers,
            "likes_count": len(likers),
            "liked": viewer in likers,
        }

    def user(self, viewer: int, who: int) -> dict[str, Any]:
        """The fields of a user's answer that the model knows."""
        followers, following = self.followers(who), self.following(who)
        return {
            "id": who,
            "name": self.names[who],
            "followers": sorted(followers, key=lambda other: other != viewer),
            "following": sorted(following, key=lambda other: other != viewer),
            "followers_count": len(followers),
            "following_count": len(following),
            "tweets_count": len(self.by(who)),
            "followed": viewer in followers,
        }

    def followers(self, who: int) -> list[int]:
        return [follower for follower, whom in reversed(self.follows) if whom == who]

    def following(self, who: int) -> list[int]:
        return [whom for follower, whom in reversed(self.follows) if follower == who]

    def everybodys(self) -> list[int]:
        return sorted(self.tweets, reverse=True)

    def timeline(self, who: int) -> list[int]:
        """The Following timeline: a user's own tweets, and those of everyone they follow."""
        seen = {who, *self.following(who)}
        return [number for number in self.everybodys() if self.tweets[number].author in seen]

    def by(self, who: int) -> list[int]:
        return [number for number in self.everybodys() if self.tweets[number].author == who]

    def liked_by(self, who: int) -> list[int]:
        return [what for liker, what in reversed(self.likes) if liker == who]
