"""The rows of a generated database, in the order of their ids.

Only numbers are held in memory: 8 bytes per tweet, 8 per follow, 40 per user; rows are made as they are read.
Each table has its own random generator, so that more rows in one table leave the others unchanged.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from server.features.hashtags.hashtags import hashtag_id, normalized
from server.generate import texts
from server.generate.size import PER_HASHTAG, Size
from server.generate.skew import harmonic, mixed, scattered, stride, zipf_counts

Rows: TypeAlias = Iterator[tuple[Any, ...]]

# Everybody follows the busiest author; many follow 300 people, one 5,000, and most a few.
USUAL_FOLLOWING, MOST_FOLLOWING = 300, 5_000

# The tweets are spread over a year; people joined in the month before.
TWEETING, JOINING = timedelta(days=365), timedelta(days=30)

# Likes come in the order of their tweets, but are shuffled within stretches of this many, as people like
# other tweets meanwhile.
LIKED_TOGETHER = 1 << 16

PER_TWEET = (1, 1, 1, 2, 4)
PICTURES = (
    (1920, 1440, "4MIKPZx/eHh3d3d5d3iHiI+G+Yho"),
    (1440, 1080, "HCoKXZxyeHiPh4d4d4d4eHB5Byd3"),
    (1920, 1080, "3+oEVZivh4eEiIiFh3iIh4959omY"),
    (810, 1080, "8CcGRRICZ354WHiIh4eId1mPZwOX"),
    (1080, 1080, "Y8YERQ75mHR3R4d3d3d4d6SAZ/6o"),
)
# In place of a tweet with a hashtag, where there are no more.
NO_MORE = (-1, "")
ALTS = ("", "", "", "A lake in the morning", "Птица на ветке")


class DataSet:
    """All rows for these numbers and this seed. The time of the newest tweet is `until`."""

    def __init__(self, size: Size, seed: int, until: datetime) -> None:
        self.size, self.seed, self.until = size, seed, until
        self.began = until - TWEETING
        self._popular = scattered(size.users, start=seed)  # the most followed first, who also tweet most
        self._weights = harmonic(size.users)
        self._authors = self._draw_authors()
        self._likes = array("i", bytes(4 * size.tweets))
        for tweet_id, count in zip(
            scattered(size.tweets, start=3 * seed),
            zipf_counts(size.tweets, size.likes, most=size.users),
            strict=True,
        ):
            self._likes[tweet_id - 1] = count
        self._followers, self._followees = self._draw_follows()

    @property
    def busiest_author(self) -> int:
        """The user with the most tweets and followers."""
        return self._popular[0]

    @property
    def most_liked_tweet(self) -> int:
        """The tweet with the most likes."""
        return self._likes.index(max(self._likes)) + 1

    def users(self) -> Rows:
        """id, handle, name, tweets_count, followers_count, following_count, version, created_at"""
        number = self.size.users
        tweets, followers, following = (
            counted(ids, number) for ids in (self._authors, self._followees, self._followers)
        )
        for n in range(number):
            joined = self.began - JOINING * ((number - n) / number)
            counters = tweets[n], followers[n], following[n]
            yield n + 1, texts.handle(n + 1), texts.name(n + 1), *counters, 1 + sum(counters), joined

    def tweets(self) -> Rows:
        """id, author_id, content, likes_count, version, created_at"""
        chance = self._chance("texts")
        tagged = self._tagged()
        place, name = next(tagged, NO_MORE)
        for n, (author, likes) in enumerate(zip(self._authors, self._likes, strict=True)):
            text = texts.content(chance)
            if n == place:
                text += f" #{name}"
                place, name = next(tagged, NO_MORE)
            yield n + 1, author, text, likes, 1 + likes, self._time(n)

    def hashtags(self) -> Rows:
        """hashtag_id, name, shown"""
        for name in dict.fromkeys(name for _, name in self._tagged()):
            yield hashtag_id(name), normalized(name), name

    def hashtags_in_tweets(self) -> Rows:
        """hashtag_id, tweet_id"""
        ids = {name: hashtag_id(name) for name in texts.HASHTAGS}
        for n, name in self._tagged():
            yield ids[name], n + 1

    def follows(self) -> Rows:
        """id, follower_id, followee_id, created_at"""
        number = self.size.follows
        step = TWEETING / max(1, number)
        for n, place in enumerate(mixed(range(number))):
            yield n + 1, self._followers[place], self._followees[place], self.began + step * n

    def likes(self) -> Rows:
        """id, tweet_id, user_id, created_at"""
        number = 0
        together: list[tuple[int, int]] = []
        chance = self._chance("likes")
        for n, count in enumerate(self._likes):
            together += [(n + 1, user) for user in self._likers(count, chance)]
            if len(together) < LIKED_TOGETHER and n + 1 < self.size.tweets:
                continue
            at, step = self._time(n), self._spacing / (len(together) or 1)
            for tweet_id, user_id in mixed(together):
                number += 1
                yield number, tweet_id, user_id, at
                at = min(at + step, self.until)
            together = []

    def media(self) -> Rows:
        """id, token, owner_id, tweet_id, position, state, content_type, width, height, thumbhash, alt,
        created_at, changed_at"""
        chance = self._chance("media")
        together = self._pictures_of_tweets(chance)
        number = 0
        for group, count in enumerate(together):
            first, end = (self.size.tweets * place // len(together) for place in (group, group + 1))
            n = first + int(chance.random() * (end - first))
            for position in range(count):
                number += 1
                token = f"{chance.getrandbits(128):032x}"
                width, height, thumbhash = PICTURES[int(chance.random() * len(PICTURES))]
                shape = "ready", "image/jpeg", width, height, thumbhash
                alt = ALTS[int(chance.random() * len(ALTS))]
                at = self._time(n)
                yield number, token, self._authors[n], n + 1, position, *shape, alt, at, at

    @property
    def _spacing(self) -> timedelta:
        return TWEETING / max(1, self.size.tweets)

    def _time(self, n: int) -> datetime:
        return self.until - self._spacing * (self.size.tweets - 1 - n)

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{what} {self.seed}")  # noqa: S311 (nothing secret)

    def _draw_authors(self) -> array[int]:
        draw = self._chance("authors").choices
        found = array("i")
        while missing := self.size.tweets - len(found):
            found.extend(draw(self._popular, cum_weights=self._weights, k=min(missing, 10_000)))
        return found

    def _draw_follows(self) -> tuple[array[int], array[int]]:
        users = self.size.users
        followers, followees = array("i"), array("i")
        if self.size.follows == 0:
            return followers, followees
        eager = min(MOST_FOLLOWING, users - 1, self.size.follows // 10)
        rest = self.size.follows - eager
        usual = min(users - 1, max(USUAL_FOLLOWING, 3 * rest // (users - 1)))
        chance = self._chance("follows")
        for follower, count in zip(
            scattered(users, start=5 * self.seed),
            [eager, *zipf_counts(users - 1, rest, most=usual)],
            strict=True,
        ):
            followees.extend(self._followed_by(follower, count, chance))
            followers.extend([follower] * count)
        return followers, followees

    def _followed_by(self, follower: int, count: int, chance: random.Random) -> Iterator[int]:
        drawn = chance.choices(self._popular, cum_weights=self._weights, k=2 * count)
        found = dict.fromkeys([self._popular[0], *drawn])
        if len(found) <= count:  # popular users are drawn again and again
            found.update(dict.fromkeys(self._popular[: 2 * count + 1]))
        found.pop(follower, None)
        return islice(found, count)

    def _likers(self, count: int, chance: random.Random) -> list[int]:
        """Distinct users; those with small ids like more tweets than others do."""
        users = self.size.users
        draw = chance.random
        if count > users // 4:
            start, step = int(draw() * users), stride(users)
            return [1 + (start + step * place) % users for place in range(count)]
        found: dict[int, None] = {}
        while missing := count - len(found):
            found.update(dict.fromkeys([1 + int(users * (x := draw()) * x) for _ in range(missing)]))
        return list(found)

    def _tagged(self) -> Iterator[tuple[int, str]]:
        """The places of the tweets with a hashtag, and which one (a Zipf distribution)."""
        chance = self._chance("hashtags")
        weights = harmonic(len(texts.HASHTAGS))
        for group in range(self.size.tagged):
            (name,) = chance.choices(texts.HASHTAGS, cum_weights=weights)
            yield PER_HASHTAG * group + int(PER_HASHTAG * chance.random()), name

    def _pictures_of_tweets(self, chance: random.Random) -> list[int]:
        found: list[int] = []
        left = self.size.media
        while left:
            found.append(min(left, PER_TWEET[int(chance.random() * len(PER_TWEET))]))
            left -= found[-1]
        return found


def counted(ids: array[int], number: int) -> array[int]:
    """How often each of the ids 1 to `number` occurs in `ids`."""
    found = array("i", bytes(4 * number))
    for one in ids:
        found[one - 1] += 1
    return found
