"""What each person sees after acts at random, on every list, beside a model of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.api.visible_model import Entry
from tests.api.visible_play import OPTIONS, Play
from tests.callers import Answer, Caller, register
from tests.thorough import much

PEOPLE, ACTS, CHECK_EVERY = 5, 80, 16

# The lists of people below a tweet, and what they are called there.
LISTS = {"likes": "likes", "reposts": "users"}


class Checked(Play):
    """A play whose people also check everything that they can see."""

    async def check(self) -> None:
        for viewer in range(len(self.people)):
            await self.check_lists(viewer)
            await self.check_tweets(viewer)
            await self.check_own(viewer)
            await self.check_people(viewer)
            await self.check_notifications(viewer)

    async def check_lists(self, viewer: int) -> None:
        caller, world = self.people[viewer], self.world
        size = self.chance.choice((3, 7, 100))
        everyone = world.everyone(viewer)
        assert await read(caller, "/api/tweets", size) == everyone
        assert await read(caller, "/api/hashtags/chance/tweets", size) == everyone
        assert await read(caller, "/api/tweets", size, timeline="following") == world.following(viewer)
        assert await read(caller, "/api/tweets", size, timeline="private") == world.private(viewer)
        for params in ({}, {"timeline": "following"}, {"timeline": "private"}):
            page = await caller.get("/api/tweets", params={"limit": 100, **params})
            self.check_quoted(viewer, page, page["tweets"])
        following = {"timeline": "following"}
        assert await self.entries(viewer, "/api/tweets", **following) == world.following_with_reposts(viewer)
        if viewer in world.lists:
            path = f"/api/lists/{world.lists[viewer].number}/tweets"
            assert await read(caller, path, size) == world.on_list(viewer)
            assert await self.entries(viewer, path) == world.on_list_with_reposts(viewer)
        for person, other in enumerate(self.people):
            path = f"/api/users/{other.id}"
            listed = await self.entries(viewer, f"{path}/tweets")
            assert listed == world.profile_with_reposts(viewer, person)
            published = world.profile(viewer, person)
            assert await read(caller, f"{path}/tweets", size) == published
            started = [number for number in published if world.starts(number)]
            assert await read(caller, f"{path}/tweets", size, replies="0") == started
            assert set(await read(caller, f"{path}/likes", size)) == world.likes(viewer, person)
            assert await read(caller, f"{path}/pins", size) == world.pinned(viewer, person)
            shown = (await caller.get(path))["user"]
            assert shown.get("blocking", False) is ((viewer, person) in world.blocks)
            assert shown.get("blocked_by", False) is ((person, viewer) in world.blocks)
            assert shown.get("muting", False) is ((viewer, person) in world.mutes)
            assert shown["tweets_count"] == world.tweets_count(person)

    async def entries(self, viewer: int, path: str, **params: str) -> list[Entry]:
        """The first page, as the model has it."""
        answer = await self.people[viewer].get(path, params={"entries": "1", "limit": "100"} | params)
        assert answer["next"] is None
        self.check_quoted(viewer, answer, [one["tweet"] for one in answer["entries"]])
        numbers = {person.id: number for number, person in enumerate(self.people)}
        return [
            (one["id"], one["tweet"]["id"], [numbers[who["id"]] for who in one.get("reposters", [])])
            for one in answer["entries"]
        ]

    def check_quoted(self, viewer: int, answer: Answer, tweets: list[dict[str, Any]]) -> None:
        """What comes with an answer of the tweets that its tweets quote."""
        world, found = self.world, answer.body.get("quoted", [])
        expected = world.quoted(viewer, [one["id"] for one in tweets])
        assert {one["tweet_id"]: one["state"] for one in found} == expected
        assert len(found) == len(expected)
        for one in found:
            assert ("tweet" in one) is (one["state"] in ("shown", "muted"))
            if "tweet" in one:
                said = one["tweet"].get("text", one["tweet"]["content"])
                assert said == world.said[one["tweet_id"]].texts[-1]
                assert page_of(one["tweet"]) == world.said[one["tweet_id"]].page
                assert one["tweet"]["liked"] is (viewer in world.said[one["tweet_id"]].likers)

    async def check_tweets(self, viewer: int) -> None:
        caller, world = self.people[viewer], self.world
        for number, one in world.said.items():
            is_shown = world.is_for(viewer, one)
            answer = await caller.get(f"/api/tweets/{number}")
            assert (answer.status == 200) is is_shown
            thread = await caller.get(f"/api/tweets/{number}/thread", params={"limit": 100})
            assert (thread.status == 200) is is_shown
            lists = [await caller.get(f"/api/tweets/{number}/{kind}?limit=100") for kind in LISTS]
            assert {answer.status == 200 for answer in lists} == {is_shown}
            if not is_shown:
                assert (await caller.get(f"/api/polls?ids={number}"))["polls"] == []
            versions = await caller.get(f"/api/tweets/{number}/versions?limit=100")
            assert (versions.status == 200) is is_shown
            quotes = await caller.get(f"/api/tweets/{number}/quotes?limit=100")
            assert (quotes.status == 200) is is_shown
            if not is_shown:
                continue
            assert [quote["id"] for quote in quotes["tweets"]] == world.quoting(viewer, number)
            self.check_quoted(viewer, quotes, quotes["tweets"])
            self.check_quoted(viewer, answer, [answer["tweet"]])
            around = [*thread["ancestors"], *thread["replies"]]
            there = [entry["tweet"] for entry in around if entry["type"] == "tweet"]
            self.check_quoted(viewer, thread, [thread["tweet"], *there])
            assert answer["tweet"].get("quotes_count", 0) == world.quotes_count(number)
            assert answer["tweet"].get("text", answer["tweet"]["content"]) == one.texts[-1]
            assert page_of(answer["tweet"]) == one.page
            polls = (await caller.get(f"/api/polls?ids={number}"))["polls"]
            assert ("poll" in answer["tweet"]) is bool(polls) is (one.votes is not None)
            if one.votes is not None:
                chosen = list(one.votes.values())
                for poll in (answer["tweet"]["poll"], polls[0]["poll"]):
                    counted = [option["votes"] for option in poll["options"]]
                    assert counted == [chosen.count(option) for option in range(len(OPTIONS))]
                assert polls[0]["chosen"] == ([one.votes[viewer]] if viewer in one.votes else [])
            assert [version["text"] for version in versions["versions"]] == one.texts[-2::-1]
            likers, shared = (
                self.numbers(page[LISTS[kind]]) for kind, page in zip(LISTS, lists, strict=True)
            )
            assert likers == {who for who in one.likers if not world.parted(viewer, who)}
            who_reposted = {who for who, what in world.reposts.values() if what == number}
            assert shared == {who for who in who_reposted if not world.parted(viewer, who)}
            assert answer["tweet"]["reposts_count"] == len(who_reposted)
            assert answer["tweet"]["reposted"] is (viewer in who_reposted)
            assert answer["tweet"]["bookmarked"] is ((viewer, number) in world.bookmarks)
            assert answer["tweet"]["pinned"] is (viewer == one.author and number in world.pins)
            assert self.numbers(answer["tweet"]["likes"]) == likers
            assert answer["tweet"]["replies_count"] == world.replies_count(number)
            ancestors = [entry["tweet"]["id"] for entry in thread["ancestors"] if entry["type"] == "tweet"]
            assert ancestors == world.above(viewer, number)
            if one.root is None:
                replies = {entry["tweet"]["id"] for entry in thread["replies"] if entry["type"] == "tweet"}
                assert replies == world.below(viewer, number)

    async def check_own(self, viewer: int) -> None:
        """What only the viewer sees: bookmarks, drafts and muted conversations."""
        caller, world = self.people[viewer], self.world
        size = self.chance.choice((3, 7, 100))
        assert set(await read(caller, "/api/bookmarks", size)) == world.kept(viewer, world.bookmarks)
        drafts = (await caller.get("/api/drafts?limit=100"))["drafts"]
        assert {one["id"] for one in drafts} == {one for one, who in world.drafts.items() if who == viewer}
        for number, who in world.drafts.items():
            assert ((await caller.get(f"/api/drafts/{number}")).status == 200) is (who == viewer)
        muted = (await caller.get("/api/muted-conversations?limit=100"))["conversations"]
        shown = {one["tweet"]["id"] for one in muted if one["tweet"] is not None}
        assert shown == world.kept(viewer, world.muted_threads)

    async def check_people(self, viewer: int) -> None:
        """Completions and suggestions, and lists of followers."""
        caller, world = self.people[viewer], self.world
        others = set(range(len(self.people))) - {viewer}
        completed = await caller.get("/api/users/completions?prefix=p&limit=20")
        assert self.numbers(completed["users"]) == {who for who in others if not world.parted(viewer, who)}
        suggested = self.numbers((await caller.get("/api/users/suggestions?limit=20"))["users"])
        followed = {other for who, other in world.follows if who == viewer}
        assert suggested <= {who for who in others - followed if not world.unwanted(viewer, who)}
        for person, other in enumerate(self.people):
            answer = await caller.get(f"/api/users/{other.id}/followers?limit=100")
            assert self.numbers(answer["users"]) == {who for who, whom in world.follows if whom == person}

    async def check_notifications(self, viewer: int) -> None:
        """Each is about what the viewer may see, none is missing, and as many are unread."""
        caller, world = self.people[viewer], self.world
        answer = await caller.get("/api/notifications?limit=100")
        found = answer["notifications"]
        self.check_quoted(viewer, answer, [one["tweet"] for one in found if one["tweet"]])
        reactions = {kind: set[tuple[int, int]]() for kind in ("like", "repost")}
        for one in found:
            people = self.numbers(one["people"])
            assert people, one
            assert not any(world.parted(viewer, person) for person in people)
            number = one["tweet"] and one["tweet"]["id"]
            assert number is None or world.is_for(viewer, world.said[number])
            if one["kind"] in reactions:
                never = {person for person in people if world.never_parted(viewer, person)}
                reactions[one["kind"]] |= {(person, number) for person in never}
        for kind, listed in reactions.items():
            assert world.reactions(viewer, kind) <= listed <= world.reactions(viewer, kind, unheard=True)
        assert (await caller.get("/api/notifications/unread"))["unread"] == len(found)

    def numbers(self, people: list[dict[str, Any]]) -> set[int]:
        """The numbers of these people in the model."""
        numbers = {person.id: number for number, person in enumerate(self.people)}
        return {numbers[one["id"]] for one in people}


def page_of(tweet: dict[str, Any]) -> str | None:
    """The title of the page of which it shows a preview."""
    preview = tweet.get("preview")
    return None if preview is None else str(preview["title"])


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
    play = Checked(people, random.Random(seed))
    for number in range(1, ACTS + 1):
        await play.act()
        if number % CHECK_EVERY == 0:
            await play.check()
