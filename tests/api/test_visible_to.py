"""What each person sees after acts at random, on every list, beside a model of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.callers import Caller, register
from tests.thorough import much

PEOPLE, ACTS, CHECK_EVERY = 5, 80, 16

LEVELS = ("public", "unlisted", "followers", "mentioned")


@dataclass
class Said:
    """A tweet: its author, whom it addresses, and what it replies to."""

    author: int
    mentioned: frozenset[int]
    parent: int | None = None
    root: int | None = None
    likers: set[int] = field(default_factory=set)
    level: int = 0
    addressed: frozenset[int] = frozenset()  # whom it mentions, and whom it replies to


@dataclass
class World:
    """Who follows, blocks and mutes whom, by index; and the tweets by id."""

    follows: set[tuple[int, int]] = field(default_factory=set)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    said: dict[int, Said] = field(default_factory=dict)
    authors: dict[int, int] = field(default_factory=dict)  # of deleted tweets too

    def parted(self, one: int, other: int) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def unwanted(self, viewer: int, person: int) -> bool:
        return self.parted(viewer, person) or (viewer, person) in self.mutes

    def is_for(self, viewer: int, one: Said) -> bool:
        """Whether the viewer is in the audience and no block parts them from the author."""
        return not self.parted(viewer, one.author) and (
            one.level < 2
            or viewer == one.author
            or viewer in one.addressed
            or (one.level == 2 and (viewer, one.author) in self.follows)
        )

    def wanted(self, viewer: int) -> list[int]:
        return [
            number
            for number, one in self.said.items()
            if self.is_for(viewer, one) and not self.unwanted(viewer, one.author)
        ][::-1]

    def everyone(self, viewer: int) -> list[int]:
        return [number for number in self.wanted(viewer) if self.said[number].level == 0]

    def private(self, viewer: int) -> list[int]:
        return [number for number in self.wanted(viewer) if self.said[number].level == 3]

    def following(self, viewer: int) -> list[int]:
        return [
            number
            for number in self.wanted(viewer)
            if self.said[number].level < 3 and self._reaches(viewer, self.said[number])
        ]

    def _reaches(self, viewer: int, one: Said) -> bool:
        if one.author == viewer:
            return True
        to = None if one.parent is None else self.authors[one.parent]
        addressed = one.mentioned if to is None else one.mentioned | {to}
        return (
            (viewer, one.author) in self.follows
            and not any(self.unwanted(viewer, person) for person in addressed)
            and (to is None or to in (viewer, one.author) or (viewer, to) in self.follows)
        )

    def profile(self, viewer: int, person: int) -> list[int]:
        if self.parted(viewer, person):
            return []
        reach = 3 if viewer == person or (viewer, person) in self.follows else 2
        return [number for number, one in self.said.items() if one.author == person and one.level < reach][
            ::-1
        ]

    def replies_count(self, parent: int) -> int:
        return sum(one.parent == parent and one.level < 2 for one in self.said.values())

    def tweets_count(self, person: int) -> int:
        return sum(one.author == person and one.level < 3 for one in self.said.values())

    def likes(self, viewer: int, person: int) -> set[int]:
        if self.parted(viewer, person):
            return set()
        return {
            number for number, one in self.said.items() if person in one.likers and self.is_for(viewer, one)
        }

    def below(self, viewer: int, root: int) -> set[int]:
        return {
            number
            for number, one in self.said.items()
            if one.root == root and self.is_for(viewer, one) and not self.unwanted(viewer, one.author)
        }


@dataclass
class Play:
    """People who act at random, and what should come of it."""

    people: list[Caller]
    chance: random.Random
    world: World = field(default_factory=World)

    def two(self) -> tuple[int, int]:
        one, other = self.chance.sample(range(len(self.people)), 2)
        return one, other

    async def act(self) -> None:
        acts = [self.tweet, self.tweet, self.reply, self.reply, self.like, self.delete]
        acts += [self.follow, self.follow, self.block, self.unblock, self.mute, self.unmute]
        await self.chance.choice(acts)()

    async def tweet(self) -> None:
        one, other = self.two()
        named = self.chance.random() < 0.4
        text = f"to @{self.people[other].handle}" if named else "a tweet"
        level = self.chance.choice((0, 0, 0, 1, 2, 2, 3))
        body = {"tweet_data": f"{text} #chance", "visibility": LEVELS[level]}
        answer = await self.people[one].post("/api/tweets", json=body)
        assert answer["tweet"]["visibility"] == LEVELS[level]
        mentioned = frozenset({other}) if named else frozenset[int]()
        self.keep(answer["tweet_id"], Said(one, mentioned, level=level, addressed=mentioned))

    def keep(self, number: int, said: Said) -> None:
        self.world.said[number] = said
        self.world.authors[number] = said.author

    def some(self) -> int | None:
        return self.chance.choice(list(self.world.said)) if self.world.said else None

    async def reply(self) -> None:
        who, to = self.two()[0], self.some()
        if to is None:
            return
        level = self.chance.choice((0, 0, 2, 3))
        body = {"tweet_data": "a reply #chance", "in_reply_to_id": to, "visibility": LEVELS[level]}
        answer = await self.people[who].post("/api/tweets", json=body)
        parent = self.world.said[to]
        assert (answer.status == 201) is self.world.is_for(who, parent), answer.body
        if answer.status == 201:
            level = max(level, parent.level)
            assert answer["tweet"]["visibility"] == LEVELS[level]
            addressed = frozenset({parent.author})
            said = Said(who, frozenset(), to, parent.root or to, level=level, addressed=addressed)
            self.keep(answer["tweet_id"], said)

    async def like(self) -> None:
        who, what = self.two()[0], self.some()
        if what is not None:
            answer = await self.people[who].post(f"/api/tweets/{what}/likes")
            assert (answer.status == 200) is self.world.is_for(who, self.world.said[what])
            if answer.status == 200:
                self.world.said[what].likers.add(who)

    async def delete(self) -> None:
        what = self.some()
        if what is not None and self.chance.random() < 0.4:
            answer = await self.people[self.world.said[what].author].delete(f"/api/tweets/{what}")
            assert answer.status == 200
            del self.world.said[what]

    async def follow(self) -> None:
        one, other = self.two()
        answer = await self.people[one].post(f"/api/users/{self.people[other].id}/follow")
        assert (answer.status == 200) is not self.world.parted(one, other)
        if answer.status == 200:
            self.world.follows.add((one, other))

    async def block(self) -> None:
        one, other = self.two()
        await self.people[one].post(f"/api/users/{self.people[other].id}/block")
        self.world.blocks.add((one, other))
        self.world.follows -= {(one, other), (other, one)}

    async def unblock(self) -> None:
        for one, other in list(self.world.blocks)[:2]:
            await self.people[one].delete(f"/api/users/{self.people[other].id}/block")
            self.world.blocks.discard((one, other))

    async def mute(self) -> None:
        one, other = self.two()
        await self.people[one].post(f"/api/users/{self.people[other].id}/mute")
        self.world.mutes.add((one, other))

    async def unmute(self) -> None:
        for one, other in list(self.world.mutes)[:2]:
            await self.people[one].delete(f"/api/users/{self.people[other].id}/mute")
            self.world.mutes.discard((one, other))

    async def check(self) -> None:
        for viewer in range(len(self.people)):
            await self.check_lists(viewer)
            await self.check_tweets(viewer)

    async def check_lists(self, viewer: int) -> None:
        caller, world = self.people[viewer], self.world
        size = self.chance.choice((3, 7, 100))
        everyone = world.everyone(viewer)
        assert await read(caller, "/api/tweets", size) == everyone
        assert await read(caller, "/api/hashtags/chance/tweets", size) == everyone
        assert await read(caller, "/api/tweets", size, timeline="following") == world.following(viewer)
        assert await read(caller, "/api/tweets", size, timeline="private") == world.private(viewer)
        for person, other in enumerate(self.people):
            path = f"/api/users/{other.id}"
            assert await read(caller, f"{path}/tweets", size) == world.profile(viewer, person)
            assert set(await read(caller, f"{path}/likes", size)) == world.likes(viewer, person)
            shown = (await caller.get(path))["user"]
            assert shown.get("blocking", False) is ((viewer, person) in world.blocks)
            assert shown.get("blocked_by", False) is ((person, viewer) in world.blocks)
            assert shown.get("muting", False) is ((viewer, person) in world.mutes)
            assert shown["tweets_count"] == world.tweets_count(person)

    async def check_tweets(self, viewer: int) -> None:
        caller, world = self.people[viewer], self.world
        for number, one in world.said.items():
            is_shown = world.is_for(viewer, one)
            answer = await caller.get(f"/api/tweets/{number}")
            assert (answer.status == 200) is is_shown
            thread = await caller.get(f"/api/tweets/{number}/thread", params={"limit": 100})
            assert (thread.status == 200) is is_shown
            if not is_shown:
                continue
            likers = {person for person in one.likers if not world.parted(viewer, person)}
            assert {like["id"] for like in answer["tweet"]["likes"]} == {
                self.people[who].id for who in likers
            }
            assert answer["tweet"]["replies_count"] == world.replies_count(number)
            if one.root is None:
                replies = {entry["tweet"]["id"] for entry in thread["replies"] if entry["type"] == "tweet"}
                assert replies == world.below(viewer, number)


async def read(caller: Caller, path: str, size: int, **params: Any) -> list[int]:
    """The whole list, page by page."""
    found: list[int] = []
    before: int | None = None
    while True:
        asked = {"limit": size, **params} | ({} if before is None else {"before": before})
        page = await caller.get(path, params=asked)
        assert page.status == 200, page.body
        found += [tweet["id"] for tweet in page["tweets"]]
        before = page["next"]
        if before is None:
            return found


@pytest.mark.parametrize("seed", range(much(usually=3, thoroughly=60)))
async def test_everyone_sees_what_the_model_says(anybody: Caller, seed: int) -> None:
    people = [await register(anybody.send, f"p{number}") for number in range(PEOPLE)]
    play = Play(people, random.Random(seed))
    for number in range(1, ACTS + 1):
        await play.act()
        if number % CHECK_EVERY == 0:
            await play.check()
