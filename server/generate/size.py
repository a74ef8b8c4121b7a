"""How much there is of everything."""

from __future__ import annotations

from dataclasses import dataclass


class Impossible(ValueError):
    """There is no such data set; the text says why."""


@dataclass(frozen=True)
class Size:
    """How many rows of each."""

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
        """What is usual for so many tweets, where nothing else is said.

        For a million they are 100,000 users, 5 million likes, 2 million follows, 250,000 pictures.

        Raises:
            Impossible: fewer users cannot have so much.
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
    def rows(self) -> int:
        """All together."""
        return self.users + self.tweets + self.likes + self.follows + self.media


def most_follows(users: int) -> int:
    """A quarter of all pairs: with more, everybody would be alike."""
    return users * (users - 1) // 4
