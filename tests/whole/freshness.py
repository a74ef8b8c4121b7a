"""Writes are read back at once from every process: any process with an outdated answer is found."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.callers import Caller

# The number of concurrent reads per check, each over its own connection, so that every process is asked.
READS = 6

NOTIFICATIONS = "/api/notifications?limit=5"

texts = itertools.count(1)


def latest(answer: Any) -> tuple[str, int] | None:
    """The kind and the tweet of the newest notification that is about a tweet."""
    about = (one for one in answer["notifications"] if one["tweet"])
    return next(((one["kind"], one["tweet"]["id"]) for one in about), None)


@dataclass
class Hammer:
    """Two users: alice writes through a random server each time; she and bob then read from all of them.

    Where there is an administrator, she is suspended in between.
    """

    alice: Caller
    bob: Caller
    clients: Sequence[httpx.AsyncClient]
    admin: Caller | None = None
    chosen: random.Random = field(default_factory=lambda: random.Random(5))
    checked: int = 0

    def writer(self, who: Caller) -> Caller:
        """This user at a random server."""
        return Caller(self.chosen.choice(self.clients).request, who.key, who.id, who.handle)

    async def all_see(self, who: Caller, path: str, what: Any) -> None:
        """Check that everyone's answer to this request satisfies `what` right now."""
        servers = itertools.islice(itertools.cycle(self.clients), READS)
        answers = await asyncio.gather(*(Caller(at.request, who.key).get(path) for at in servers))
        for answer in answers:
            assert answer.status in (200, 401, 404), answer.body
            assert what(answer), (path, answer.body)
            self.checked += 1

    async def round(self) -> None:
        """Make one write of each kind, and read it back after each."""
        alice, bob = self.writer(self.alice), self.writer(self.bob)
        text = f"fresh {next(texts)}"
        tweet_id = await alice.tweet(text)
        page = "/api/tweets?limit=5&likers=0"
        mine = f"/api/tweets/{tweet_id}"

        def first(answer: Any) -> Any:
            return next((tweet for tweet in answer["tweets"] if tweet["id"] == tweet_id), None)

        await self.all_see(bob, page, lambda found: first(found) and first(found)["content"] == text)
        await alice.post(f"/api/users/{bob.id}/follow")
        await bob.post(f"/api/users/{alice.id}/follow")
        following = "/api/tweets?timeline=following&limit=5"
        await self.all_see(bob, following, first)
        await self.all_see(
            bob,
            "/api/users/me",
            lambda found: [who["id"] for who in found["user"]["following"]] == [alice.id],
        )
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) != ("like", tweet_id))
        await bob.post(f"{mine}/likes")
        await self.all_see(
            bob, page, lambda found: first(found)["liked"] and first(found)["likes_count"] == 1
        )
        await self.all_see(
            alice, following, lambda found: [who["id"] for who in first(found)["likes"]] == [bob.id]
        )
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) == ("like", tweet_id))
        await bob.delete(f"{mine}/likes")
        await self.all_see(
            bob, mine, lambda found: not found["tweet"]["liked"] and not found["tweet"]["likes"]
        )
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) != ("like", tweet_id))
        await bob.post(f"{mine}/bookmarks")
        await self.all_see(bob, "/api/bookmarks?limit=5", lambda found: first(found)["content"] == text)
        await bob.delete(f"{mine}/bookmarks")
        await self.all_see(bob, mine, lambda found: not found["tweet"]["bookmarked"])
        await alice.post(f"{mine}/pin")
        pins = f"/api/users/{alice.id}/pins"
        await self.all_see(bob, pins, lambda found: first(found)["content"] == text)
        await alice.delete(f"{mine}/pin")
        await self.all_see(bob, pins, lambda found: not found["tweets"])
        await alice.call("PUT", mine, json={"text": f"{text}, edited"})
        await self.all_see(bob, mine, lambda found: found["tweet"]["content"] == f"{text}, edited")
        await self.all_see(bob, f"{mine}/versions", lambda found: found["versions"][0]["text"] == text)
        await alice.call("PUT", mine, json={"text": text})
        await self.all_see(bob, page, lambda found: first(found)["content"] == text)
        await alice.patch(mine, json={"language": "eo"})
        await self.all_see(bob, page, lambda found: first(found).get("language") == "eo")
        await self.quote(alice, bob, tweet_id, text)
        poll = (await alice.post("/api/tweets", json={"tweet_data": text, "poll": {"options": ["a", "b"]}}))[
            "tweet_id"
        ]
        await bob.post(f"/api/tweets/{poll}/votes", json={"choices": [1]})
        await self.all_see(
            alice,
            f"/api/tweets/{poll}",
            lambda found: [one["votes"] for one in found["tweet"]["poll"]["options"]] == [0, 1],
        )
        await alice.delete(f"/api/tweets/{poll}")
        await bob.post(f"{mine}/reposts")
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) == ("repost", tweet_id))
        profile = f"/api/users/{bob.id}/tweets?entries=1&limit=5"
        await self.all_see(
            alice, profile, lambda found: [who["id"] for who in found["entries"][0]["reposters"]] == [bob.id]
        )
        await bob.delete(f"{mine}/reposts")
        await self.all_see(bob, mine, lambda found: found["tweet"]["reposts_count"] == 0)
        await self.reply(alice, bob, tweet_id)
        await bob.delete(f"/api/users/{alice.id}/follow")
        await self.all_see(bob, following, lambda found: first(found) is None)
        name = f"Alice {next(texts)}"
        await alice.patch("/api/users/me", json={"name": name})
        await self.all_see(bob, page, lambda found: first(found)["author"]["name"] == name)
        if self.admin is not None:
            await self.suspend(self.writer(self.admin), mine, page, first)
        await alice.delete(mine)
        await self.all_see(bob, page, lambda found: first(found) is None)
        await self.all_see(bob, mine, lambda found: found.status == 404)
        lost = await alice.post("/api/keys", json={"name": "lost"})
        other = Caller(alice.send, lost["key"], alice.id)
        await self.all_see(other, "/api/users/me", lambda found: found.status == 200)
        await alice.delete(f"/api/keys/{lost['key_id']}")
        await self.all_see(other, "/api/users/me", lambda found: found.status == 401)

    async def reply(self, alice: Caller, bob: Caller, tweet_id: int) -> None:
        """Reply to alice's tweet and delete the reply; after each, check the thread and the count."""
        mine = f"/api/tweets/{tweet_id}"
        tag = f"tag{tweet_id}"
        reply_id = await bob.reply(tweet_id, f"a reply to @{alice.handle} #{tag}")
        await self.all_see(alice, mine, lambda found: found["tweet"]["replies_count"] == 1)
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) == ("reply", reply_id))
        unread = (await alice.get("/api/notifications/unread"))["unread"]
        await alice.post("/api/notifications/read", json={"up_to": 2**53 - 1})
        await self.all_see(alice, "/api/notifications/unread", lambda found: found["unread"] == 0 < unread)
        await self.all_see(
            alice,
            f"{mine}/thread",
            lambda found: [one["tweet"]["id"] for one in found["replies"]] == [reply_id],
        )
        tagged = f"/api/hashtags/{tag}/tweets"
        await self.all_see(
            alice,
            tagged,
            lambda found: [who["id"] for tweet in found["tweets"] for who in tweet["mentions"]] == [alice.id],
        )
        await bob.delete(f"/api/tweets/{reply_id}")
        await self.all_see(alice, mine, lambda found: found["tweet"]["replies_count"] == 0)
        await self.all_see(alice, f"{mine}/thread", lambda found: not found["replies"])
        await self.all_see(alice, tagged, lambda found: not found["tweets"])
        await self.all_see(alice, NOTIFICATIONS, lambda found: latest(found) != ("reply", reply_id))

    async def quote(self, alice: Caller, bob: Caller, tweet_id: int, text: str) -> None:
        """What a quote shows follows the quoted tweet, and who may see that."""
        body = {"tweet_data": f"{text}, quoted", "quote_of_id": tweet_id}
        number = (await bob.post("/api/tweets", json=body))["tweet_id"]
        quote, page = f"/api/tweets/{number}", f"/api/users/{bob.id}/tweets?limit=5"

        def quoted(found: Any) -> Any:
            return found.body.get("quoted", [{"state": None}])[0]

        await self.all_see(bob, f"/api/tweets/{tweet_id}", lambda found: found["tweet"]["quotes_count"] == 1)
        await alice.call("PUT", f"/api/tweets/{tweet_id}", json={"text": f"{text}, again"})
        await self.all_see(bob, page, lambda found: quoted(found)["tweet"]["content"] == f"{text}, again")
        await alice.call("PUT", f"/api/tweets/{tweet_id}", json={"text": text})
        await self.all_see(bob, quote, lambda found: quoted(found)["tweet"]["content"] == text)
        await bob.post(f"/api/users/{alice.id}/mute")
        await self.all_see(bob, quote, lambda found: quoted(found)["state"] == "muted")
        await bob.delete(f"/api/users/{alice.id}/mute")
        await self.all_see(bob, page, lambda found: quoted(found)["state"] == "shown")
        await alice.delete(f"{quote}/quote")
        await self.all_see(bob, quote, lambda found: found["tweet"]["quote"] == {"tweet_id": None})
        await bob.delete(quote)
        await self.all_see(bob, f"/api/tweets/{tweet_id}", lambda found: "quotes_count" not in found["tweet"])

    async def suspend(self, admin: Caller, mine: str, page: str, first: Any) -> None:
        """Suspend alice and undo it; after each, check whether her tweets are visible and her key works."""
        path, me = f"/api/users/{self.alice.id}/suspension", "/api/users/me"
        assert (await admin.post(path, json={"hide_tweets": True})).status == 200
        await self.all_see(self.bob, mine, lambda found: found.status == 404)
        await self.all_see(self.alice, me, lambda found: found.status == 401)
        await admin.delete(path)
        await self.all_see(self.bob, page, first)
        await self.all_see(self.alice, me, lambda found: found.status == 200)


# The number of `all_see` calls above that a pair makes in a round with an administrator.
EACH = 47


async def hammer(
    people: Sequence[Caller],
    clients: Sequence[httpx.AsyncClient],
    *,
    rounds: int,
    admin: Caller | None = None,
) -> int:
    """Run all these users in pairs at the same time; returns how many answers were checked.

    Raises AssertionError at the first that is not what was written before.
    """
    pairs = [Hammer(people[i], people[i + 1], clients, admin) for i in range(0, len(people), 2)]

    async def run(pair: Hammer) -> None:
        for _ in range(rounds):
            await pair.round()

    await asyncio.gather(*(run(pair) for pair in pairs))
    return sum(pair.checked for pair in pairs)
