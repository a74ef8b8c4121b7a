"""What Perch does, as simply as it can be said: lists in memory. Real answers are held against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OK = (200, None)


@dataclass
class Tweet:
    """A tweet; who likes it, the oldest like first."""

    author: int
    text: str
    media: list[int]
    likers: list[int] = field(default_factory=list)


@dataclass
class Key:
    """A key that somebody made."""

    owner: int
    scopes: set[str]


Outcome = tuple[int, str | None]


@dataclass
class Model:
    """Users by their ids, and all that they did. Operations give the status and error to be expected."""

    names: dict[int, str]
    tweets: dict[int, Tweet] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)
    follows: list[tuple[int, int]] = field(default_factory=list)  # who, whom; the oldest first
    likes: list[tuple[int, int]] = field(default_factory=list)  # who, what; the oldest first
    media: dict[int, int] = field(default_factory=dict)  # the owner of each that is free
    used: dict[int, int] = field(default_factory=dict)  # the owner of each that a tweet has
    keys: dict[int, Key] = field(default_factory=dict)

    def publishable(self, who: int, text: str, media: list[int]) -> Outcome:
        """What publishing this would give."""
        if not text.strip() and not media:
            return 422, "invalid_body"
        for number in media:
            if self.used.get(number) == who:
                return 409, "media_in_use"
            if self.media.get(number) != who:
                return 404, "media_not_found"
        return 201, None

    def published(self, tweet_id: int, who: int, text: str, media: list[int]) -> None:
        """It was."""
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

    # What is seen.

    def tweet(self, viewer: int, tweet_id: int) -> dict[str, Any]:
        """The parts of a tweet's answer that are known here."""
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
        """The parts of a user's answer that are known here."""
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
        """Following: one's own, and of those that one follows."""
        seen = {who, *self.following(who)}
        return [number for number in self.everybodys() if self.tweets[number].author in seen]

    def by(self, who: int) -> list[int]:
        return [number for number in self.everybodys() if self.tweets[number].author == who]

    def liked_by(self, who: int) -> list[int]:
        return [what for liker, what in reversed(self.likes) if liker == who]
