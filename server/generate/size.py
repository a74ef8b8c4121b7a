"""The size of a generated data set."""

from __future__ import annotations

from dataclasses import dataclass


class Impossible(ValueError):
    """No such data set can exist; the text says why."""


# One tweet of so many has a hashtag.
PER_HASHTAG = 4


@dataclass(frozen=True)
class Size:
    """The number of rows of each table."""

    users: int
    tweets: int
    likes: int
    follows: int
    media: int

    def __post_init__(self) -> None:
        if self.likes > self.users * self.tweets:
            raise Impossible(f"{self.users} users can't like {self.tweets} tweets {self.likes} times")
        if self.follows > most_follows(self.users):
            raise Impossible(f"{self.users} users can make at most {most_follows(self.users)} follows here")
        if self.media > self.tweets:
            raise Impossible("there can't be more pictures than tweets")
        if self.tweets and not self.users:
            raise Impossible("tweets need users")

    @classmethod
    def of(
        cls,
        tweets: int,
        *,
        users: int | None = None,
        likes: int | None = None,
        follows: int | None = None,
        media: int | None = None,
    ) -> Size:
        """A size with the usual numbers for this many tweets, unless others are given.

        A million tweets go with 100,000 users, 5 million likes, 2 million follows and 250,000 pictures.

        Raises:
            Impossible: so few users cannot have so many rows.
        """
        users = max(2, tweets // 10) if users is None else users
        return cls(
            users=users,
            tweets=tweets,
            likes=min(5 * tweets, users * tweets) if likes is None else likes,
            follows=min(20 * users, most_follows(users)) if follows is None else follows,
            media=tweets // 4 if media is None else media,
        )

    @property
    def tagged(self) -> int:
        """The number of tweets with a hashtag."""
        return self.tweets // PER_HASHTAG

    @property
    def rows(self) -> int:
        """The total number of rows, but for the names of the hashtags."""
        return self.users + self.tweets + self.likes + self.follows + self.media + self.tagged


def most_follows(users: int) -> int:
    """The maximum number of follows, a quarter of all pairs: with more, everyone would be alike."""
    return users * (users - 1) // 4
