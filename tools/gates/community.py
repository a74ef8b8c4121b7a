"""A small community for measurements: people, tweets of every kind, and pictures; the same in each run.

Rows are written directly into the database, because thousands of requests would take minutes. Pictures are
uploaded through the API, so that a worker makes the variants that browsers really get.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from PIL import Image, ImageDraw

from server.core.security import api_keys as keys
from tests import pictures

PEOPLE = {
    "alice": "Alice",
    "bob": "Bob",
    "carol": "Carol",
    "dmitri": "Дмитрий",
    "leila": "ليلى",
    "noa": "נועה",
    "wave": "🌊 Wave",
    "wide": "Somebody whose name is as long as names may be ok",
}
READERS = 21
ADMINISTRATOR = {"olga": "Olga"}

# How many followers each has: the numbers for which Russian has three plural forms, and 21, which takes the
# first form again.
FOLLOWERS = {"bob": 1, "carol": 2, "dmitri": 5, "leila": 21}

TEXTS = (
    "The first swallows are back over the harbour.",
    "Nine kilometres before breakfast, and the rain waited until the last one. The path along the river "
    "is open again, by the way: they have put new planks on the bridge.",
    "Сегодня весь день читал у окна. Дождь, чай и старая книга: лучше и не придумаешь.",
    "Notes on keeping sourdough alive while travelling: https://example.org/bread/starter-on-the-road?from=home",
    "صباح الخير! القهوة جاهزة والبحر هادئ اليوم.",
    "🎉🎉 The library is open until ten tonight 📚✨ see you there 👩‍👩‍👧‍👦",
    "A list for Saturday:\n\n1. paint the fence\n2. find out where the bees come from\n3. call Bob",
    "מזג האוויר מושלם לטיול בהרים, מי מצטרף?",
    "Wide" * 60,
    "\n".join(
        f"Line {n} of a long story that has to be folded, so that it does not fill the screen."
        for n in range(1, 19)
    ),
    "Does anybody have a spare ladder? Mine is two rungs short of the roof.",
    "Short one.",
)
ALTS = (
    "A hill under a low sun",
    "Холм под низким солнцем",
    "",
    "Three stripes of the sea, each darker than the last",
)

# The number of pictures in each of the newest tweets, starting with the newest.
WITH_PICTURES = (0, 1, 0, 0, 4, 0, 1, 0, 2, 0, 0, 3, 0, 1, 0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 1, 0, 0, 1)

INSERT_LIST = """
    WITH made AS (
        INSERT INTO lists (user_id, title, replies, exclusive) VALUES ($1, 'The neighbours', 'members', false)
        RETURNING id
    ), joined AS (
        INSERT INTO list_members (list_id, person_id) SELECT id, unnest($2::bigint[]) FROM made
    )
    SELECT id FROM made
"""
INSERT_INVITATION = """
    INSERT INTO invitations (token_hash, max_uses, expires_at) VALUES ($1, 1000, now() + interval '7 days')
"""
INSERT_PERSON = """
    WITH person AS (
        INSERT INTO users (handle, name, created_at, is_admin) VALUES ($1, $2, $4, $5) RETURNING id
    )
    INSERT INTO api_keys (user_id, hash, name, scopes) SELECT id, $3, 'browser',
        CASE WHEN $5 THEN '{read,write,account,admin}'::text[] ELSE '{read,write,account}' END FROM person
    RETURNING user_id
"""


@dataclass(frozen=True)
class Person:
    """A person with a key."""

    id: int
    handle: str
    name: str
    key: str


@dataclass(frozen=True)
class Community:
    """The address of the community, and the people and tweets to look at."""

    url: str
    people: dict[str, Person]
    tweet: int  # it has four pictures, and all readers like it
    tweets: int
    token: str  # the token of an open invitation
    list_id: int  # the viewer's, with three people on it

    @property
    def viewer(self) -> Person:
        return self.people["alice"]

    def followed_by(self) -> dict[int, Person]:
        """People by their number of followers: 1, 2, 5 and 21."""
        return {count: self.people[handle] for handle, count in FOLLOWERS.items()}

    async def publish(self, count: int, author: str = "bob") -> list[int]:
        """Publish this many new tweets through the API; returns their ids."""
        ids = []
        async with caller(self.url, self.people[author]) as client:
            for number in range(count):
                body = {"tweet_data": f"News number {number + 1}. {TEXTS[number % 3]}"}
                answer = await client.post("/api/tweets", json=body)
                answer.raise_for_status()
                ids.append(int(answer.json()["tweet_id"]))
        return ids


def caller(url: str, person: Person) -> httpx.AsyncClient:
    """An API client with this person's key."""
    return httpx.AsyncClient(base_url=url, headers={"api-key": person.key}, timeout=60)


async def settle(database: dict[str, Any], url: str, *, tweets: int, picture_tweets: int = 28) -> Community:
    """Fill an empty database, which `url` serves, with this many tweets; asyncpg connects to `database`."""
    connection = await asyncpg.connect(**database)
    try:
        people = await settle_people(connection)
        await settle_follows(connection, people)
        first = await settle_tweets(connection, list(people.values())[: len(PEOPLE)], tweets)
        await settle_pictures(connection, url, people, picture_tweets)
        special = await connection.fetchval(
            "SELECT tweet_id FROM media_attachments GROUP BY tweet_id HAVING count(*) = 4 LIMIT 1"
        )
        await settle_likes(connection, special or first)
        token = keys.generate(keys.INVITATION)
        await connection.execute(INSERT_INVITATION, keys.digest(token))
        on_list = [people[handle].id for handle in ("bob", "carol", "leila")]
        number = await connection.fetchval(INSERT_LIST, people["alice"].id, on_list)
    finally:
        await connection.close()
    return Community(url, people, int(special or first), tweets, token, int(number))


async def settle_people(connection: Any) -> dict[str, Person]:
    readers = {f"reader{n}": f"Reader {n}" for n in range(1, READERS + 1)}
    people = {}
    joined = datetime(2026, 2, 3, 12, tzinfo=UTC)
    for handle, name in (PEOPLE | readers | ADMINISTRATOR).items():
        key, rules = keys.generate(), handle in ADMINISTRATOR
        user_id = await connection.fetchval(INSERT_PERSON, handle, name, keys.digest(key), joined, rules)
        people[handle] = Person(user_id, handle, name, key)
    return people


async def settle_follows(connection: Any, people: dict[str, Person]) -> None:
    """Alice follows the people in FOLLOWERS, and readers are their other followers."""
    followers = ["alice"] + [f"reader{n}" for n in range(1, READERS)]
    pairs = [
        (people[follower].id, people[followee].id)
        for followee, count in FOLLOWERS.items()
        for follower in followers[:count]
    ]
    pairs += [(people["bob"].id, people["alice"].id), (people["wide"].id, people["alice"].id)]
    await connection.executemany("INSERT INTO follows (follower_id, followee_id) VALUES ($1, $2)", pairs)


async def settle_tweets(connection: Any, authors: list[Person], count: int) -> int:
    """Each kind of text alternately, one every seven minutes until now; returns the id of the newest."""
    now = datetime.now(UTC)
    rows = [
        (authors[n * 5 % len(authors)].id, TEXTS[n % len(TEXTS)], now - timedelta(minutes=7 * (count - n)))
        for n in range(count)
    ]
    await connection.executemany(
        "INSERT INTO tweets (author_id, content, created_at) VALUES ($1, $2, $3)", rows
    )
    return int(await connection.fetchval("SELECT max(id) FROM tweets"))


async def settle_pictures(connection: Any, url: str, people: dict[str, Person], tweets: int) -> None:
    """Upload the pictures of the newest tweets, each by its tweet's author, and attach them."""
    newest = await connection.fetch(
        "SELECT t.id, u.handle FROM tweets t JOIN users u ON u.id = author_id ORDER BY t.id DESC LIMIT $1",
        tweets,
    )
    made = drawings()
    for row, count in zip(newest, WITH_PICTURES, strict=False):
        async with caller(url, people[row["handle"]]) as client:
            for position in range(count):
                number, picture = next(made)
                answer = await client.post(
                    "/api/medias",
                    files={"file": (f"{number}.jpg", picture)},
                    data={"alt": ALTS[number % len(ALTS)]},
                )
                answer.raise_for_status()
                await connection.execute(
                    "UPDATE media_attachments SET tweet_id = $1, position = $2 WHERE id = $3",
                    row["id"],
                    position,
                    answer.json()["media_id"],
                )


async def settle_likes(connection: Any, special: int) -> None:
    """Every reader likes the special tweet; other tweets have up to three likes."""
    await connection.execute(
        "INSERT INTO likes (tweet_id, user_id) SELECT $1, id FROM users WHERE handle LIKE 'reader%'", special
    )
    await connection.execute(
        "INSERT INTO likes (tweet_id, user_id) SELECT t.id, u.id FROM tweets t JOIN users u "
        "ON u.handle IN ('reader1', 'reader2', 'reader3') AND right(u.handle, 1)::int <= t.id % 4 "
        "ON CONFLICT DO NOTHING"
    )


def drawings() -> Iterator[tuple[int, bytes]]:
    """Numbered JPEG files of hills, with enough grain to be as large as photographs."""
    chance = random.Random(7)
    shapes = ((1200, 800), (800, 1000), (1000, 1000), (1600, 700))
    number = 0
    while True:
        width, height = shapes[number % len(shapes)]
        image = pictures.gradient(width, height)
        pen = ImageDraw.Draw(image)
        for layer in range(4):
            colour = tuple(chance.randrange(30, 220) for _ in range(3))
            top = height * (layer + 3) // 8
            points = [(x, top + chance.randrange(height // 6)) for x in range(0, width + 100, 100)]
            pen.polygon([*points, (width, height), (0, height)], fill=colour)
        grain = Image.effect_noise((width, height), 24).convert("RGB")
        yield number, pictures.encoded(Image.blend(image, grain, 0.12), "JPEG", quality=85)
        number += 1
