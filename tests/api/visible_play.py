"""People who act at random, with a model of what should come of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from server.core.database.connection import rows
from server.features.pins.pins import MAX_PINS
from server.features.previews import previews
from server.features.previews.previews import Card
from tests.api.visible_model import PeopleList, Said, World
from tests.callers import Caller

LEVELS = ("public", "unlisted", "followers", "mentioned")

RULES = ("everyone", "followers", "nobody")

OPTIONS = ["yes", "no", "perhaps"]


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
        acts += [self.repost, self.repost, self.undo, self.follow_hashtag]
        acts += [self.follow, self.follow, self.follow, self.unfollow]
        acts += [self.block, self.unblock, self.mute, self.unmute]
        acts += [self.bookmark, self.bookmark, self.mute_thread, self.pin, self.pin]
        acts += [self.edit, self.edit, self.vote, self.vote, self.quote, self.quote, self.limit_quotes]
        acts += [self.withdraw, self.withdraw, self.draft, self.link, self.link]
        acts += [self.list, self.list, self.change_list]
        await self.chance.choice(acts)()

    async def tweet(self) -> None:
        one, other = self.two()
        named = self.chance.random() < 0.4
        text = f"to @{self.people[other].handle}" if named else "a tweet"
        level = self.chance.choice((0, 0, 0, 1, 2, 2, 3))
        tags, is_tagged = self.hashtags()
        body: dict[str, Any] = {"tweet_data": f"{text} {tags}", "visibility": LEVELS[level]}
        if asks := self.chance.random() < 0.3:
            body["poll"] = {"options": OPTIONS}
        answer = await self.people[one].post("/api/tweets", json=body)
        assert answer["tweet"]["visibility"] == LEVELS[level]
        mentioned = frozenset({other}) if named else frozenset[int]()
        said = Said(one, mentioned, level=level, is_tagged=is_tagged, addressed=mentioned)
        said.texts.append(body["tweet_data"])
        said.votes = {} if asks else None
        self.keep(answer["tweet_id"], said)

    def hashtags(self) -> tuple[str, bool]:
        """Those of a text, and whether one of them may be followed."""
        is_tagged = self.chance.random() < 0.3
        return ("#chance #Seldom", True) if is_tagged else ("#chance", False)

    def keep(self, number: int, said: Said) -> None:
        self.world.said[number] = said
        self.world.authors[number], self.world.parents[number] = said.author, said.parent

    def some(self) -> int | None:
        return self.chance.choice(list(self.world.said)) if self.world.said else None

    async def reply(self) -> None:
        who, to = self.two()[0], self.some()
        if to is None:
            return
        level = self.chance.choice((0, 0, 2, 3))
        tags, is_tagged = self.hashtags()
        body = {"tweet_data": f"a reply {tags}", "in_reply_to_id": to, "visibility": LEVELS[level]}
        answer = await self.people[who].post("/api/tweets", json=body)
        parent = self.world.said[to]
        assert (answer.status == 201) is self.world.is_for(who, parent), answer.body
        if answer.status == 201:
            level = max(level, parent.level)
            assert answer["tweet"]["visibility"] == LEVELS[level]
            addressed = frozenset({parent.author})
            root = parent.root or to
            said = Said(who, frozenset(), to, root, level=level, is_tagged=is_tagged, addressed=addressed)
            said.texts.append(str(body["tweet_data"]))
            self.keep(answer["tweet_id"], said)

    async def edit(self) -> None:
        """Edit a tweet as its author or as somebody else, with or without a mention."""
        what = self.some()
        if what is None:
            return
        one = self.world.said[what]
        who = self.chance.choice((one.author, one.author, self.two()[0]))
        other = self.chance.choice([number for number in range(len(self.people)) if number != one.author])
        named = self.chance.random() < 0.5
        tags, is_tagged = self.hashtags()
        text = f"edited {len(one.texts)} {f'@{self.people[other].handle}' if named else ''} {tags}"
        answer = await self.people[who].call("PUT", f"/api/tweets/{what}", json={"text": text})
        assert (answer.status == 200) is (who == one.author), answer.body
        if answer.status == 200:
            one.mentioned = frozenset({other}) if named else frozenset[int]()
            one.addressed |= one.mentioned
            one.is_tagged = is_tagged
            one.texts.append(text)
            one.page = None

    async def quote(self) -> None:
        who, what = self.two()[0], self.some()
        if what is None:
            return
        level, quoted = self.chance.choice((0, 0, 0, 2, 3)), self.world.said[what]
        tags, is_tagged = self.hashtags()
        text = f"a quote {tags}"
        body = {"tweet_data": text, "quote_of_id": what, "visibility": LEVELS[level]}
        answer = await self.people[who].post("/api/tweets", json=body)
        assert (answer.status == 201) is self.world.may_quote(who, quoted), answer.body
        if answer.status == 201:
            level = max(level, quoted.level if quoted.level >= 2 else 0)
            assert answer["tweet"]["visibility"] == LEVELS[level]
            said = Said(who, frozenset(), level=level, is_tagged=is_tagged, texts=[text], quotes=what)
            self.keep(answer["tweet_id"], said)

    async def withdraw(self) -> None:
        """Withdraw a tweet from a quote, as its author or as somebody else."""
        quotes = [number for number, one in self.world.said.items() if one.quotes is not None]
        if not quotes:
            return
        number = self.chance.choice(quotes)
        one = self.world.said[number]
        quoted = None if one.quotes is None else self.world.said.get(one.quotes)
        who = quoted.author if quoted and self.chance.random() < 0.5 else self.two()[0]
        answer = await self.people[who].delete(f"/api/tweets/{number}/quote")
        assert (answer.status == 200) is (quoted is not None and quoted.author == who), answer.body
        if answer.status == 200:
            one.is_withdrawn = True

    async def limit_quotes(self) -> None:
        what = self.some()
        if what is None:
            return
        one, rule = self.world.said[what], self.chance.randrange(len(RULES))
        who = self.chance.choice((one.author, one.author, self.two()[0]))
        answer = await self.people[who].patch(f"/api/tweets/{what}", json={"who_may_quote": RULES[rule]})
        assert (answer.status == 200) is (who == one.author), answer.body
        if answer.status == 200:
            one.who_may_quote = rule

    async def draft(self) -> None:
        """Save a draft about a tweet, seen or not, or delete one as its writer or as somebody else."""
        who, drafts = self.two()[0], self.world.drafts
        if drafts and self.chance.random() < 0.3:
            number = self.chance.choice(list(drafts))
            answer = await self.people[who].delete(f"/api/drafts/{number}")
            assert (answer.status == 200) is (drafts[number] == who)
            if answer.status == 200:
                del drafts[number]
            return
        body = {"tweets": [{"tweet_data": "a draft"}], "in_reply_to_id": self.some()}
        answer = await self.people[who].post("/api/drafts", json=body)
        drafts[answer["draft"]["id"]] = who

    async def list(self) -> None:
        """Put somebody on one's list, or take them off; at first, make it."""
        owner, person = self.chance.randrange(len(self.people)), self.chance.randrange(len(self.people))
        if owner not in self.world.lists:
            answer = await self.people[owner].post("/api/lists", json={"title": "a list"})
            self.world.lists[owner] = PeopleList(answer["list"]["id"])
        found = self.world.lists[owner]
        path = f"/api/lists/{found.number}/members/{self.people[person].id}"
        if person in found.members and self.chance.random() < 0.5:
            assert (await self.people[owner].delete(path)).status == 200
            found.members.discard(person)
            return
        answer = await self.people[owner].post(path)
        assert (answer.status == 200) is not self.world.parted(owner, person), answer.body
        if answer.status == 200:
            found.members.add(person)

    async def change_list(self) -> None:
        """Choose what a list has and keeps off Following."""
        if not self.world.lists:
            return
        owner, found = self.chance.choice(list(self.world.lists.items()))
        found.replies = self.chance.choice(("none", "members", "followed"))
        found.exclusive = self.chance.random() < 0.5
        body = {"replies": found.replies, "exclusive": found.exclusive}
        answer = await self.people[owner].call("PATCH", f"/api/lists/{found.number}", json=body)
        assert answer.status == 200, answer.body

    async def link(self) -> None:
        """Let a tweet link to a page, and workers do what they do then."""
        what = self.some()
        if what is None:
            return
        one = self.world.said[what]
        await rows(previews.REPLACE, what, f"https://example.org/{what}/{len(one.texts)}", True)
        await previews.take_some()
        for due in await previews.claim_some():
            await previews.save(due, Card(due.url, "", "", "", None))
            await previews.spread(due)
        if LEVELS[one.level] != "mentioned":
            one.page = f"https://example.org/{what}/{len(one.texts)}"

    async def vote(self) -> None:
        who, what = self.two()[0], self.some()
        if what is None:
            return
        one, option = self.world.said[what], self.chance.randrange(len(OPTIONS))
        answer = await self.people[who].post(f"/api/tweets/{what}/votes", json={"choices": [option]})
        may = self.world.is_for(who, one) and one.votes is not None and who not in one.votes
        assert (answer.status == 200) is may, answer.body
        if may and one.votes is not None:
            one.votes[who] = option

    async def like(self) -> None:
        who, what = self.two()[0], self.some()
        if what is not None:
            answer = await self.people[who].post(f"/api/tweets/{what}/likes")
            assert (answer.status == 200) is self.world.is_for(who, self.world.said[what])
            if answer.status == 200:
                self.world.said[what].likers.add(who)

    async def bookmark(self) -> None:
        await self.keep_one("bookmarks", self.world.bookmarks)

    async def mute_thread(self) -> None:
        await self.keep_one("mute", self.world.muted_threads)

    async def keep_one(self, route: str, whose: set[tuple[int, int]]) -> None:
        who, what = self.two()[0], self.some()
        if what is not None:
            answer = await self.people[who].post(f"/api/tweets/{what}/{route}")
            assert (answer.status == 200) is self.world.is_for(who, self.world.said[what])
            if answer.status == 200:
                whose.add((who, what if route == "bookmarks" else self.world.said[what].root or what))

    async def pin(self) -> None:
        """Or unpin it."""
        world, what = self.world, self.some()
        if what is None:
            return
        one = world.said[what]
        who = self.chance.choice((one.author, one.author, self.two()[0]))
        path = f"/api/tweets/{what}/pin"
        if who == one.author and what in world.pins:
            assert (await self.people[who].delete(path)).status == 200
            world.pins.remove(what)
            return
        answer = await self.people[who].post(path)
        others = sum(world.said[other].author == who for other in world.pins)
        may = who == one.author and one.level < 3 and others < MAX_PINS
        assert (answer.status == 200) is may, answer.body
        if may:
            world.pins.append(what)

    async def repost(self) -> None:
        who, what = self.two()[0], self.some()
        if what is not None:
            answer = await self.people[who].post(f"/api/tweets/{what}/reposts")
            assert (answer.status == 200) is self.world.may_repost(who, self.world.said[what])
            if answer.status == 200:
                self.world.reposts[answer["repost_id"]] = (who, what)

    async def undo(self) -> None:
        for number, (who, what) in list(self.world.reposts.items())[:1]:
            path = f"/api/tweets/{what}/reposts" if self.chance.random() < 0.5 else f"/api/tweets/{number}"
            # One that nobody shows the user any more can still be undone.
            assert (await self.people[who].delete(path)).status == 200
            del self.world.reposts[number]

    async def delete(self) -> None:
        what = self.some()
        if what is not None and self.chance.random() < 0.4:
            answer = await self.people[self.world.said[what].author].delete(f"/api/tweets/{what}")
            assert answer.status == 200
            del self.world.said[what]
            self.world.pins = [number for number in self.world.pins if number != what]
            reposts = self.world.reposts.items()
            self.world.reposts = {number: one for number, one in reposts if one[1] != what}

    async def follow(self) -> None:
        one, other = self.two()
        answer = await self.people[one].post(f"/api/users/{self.people[other].id}/follow")
        assert (answer.status == 200) is not self.world.parted(one, other)
        if answer.status == 200:
            self.world.follows.add((one, other))

    async def unfollow(self) -> None:
        if self.world.follows:
            one, other = self.chance.choice(sorted(self.world.follows))
            assert (await self.people[one].delete(f"/api/users/{self.people[other].id}/follow")).status == 200
            self.world.follows.remove((one, other))

    async def follow_hashtag(self) -> None:
        """Or stop following it."""
        who, followers = self.two()[0], self.world.hashtag_followers
        method = "DELETE" if who in followers else "POST"
        assert (await self.people[who].call(method, "/api/hashtags/seldom/follow")).status == 200
        followers ^= {who}

    async def block(self) -> None:
        one, other = self.two()
        await self.people[one].post(f"/api/users/{self.people[other].id}/block")
        self.world.blocks.add((one, other))
        self.world.ever_parted.add(frozenset({one, other}))
        self.world.follows -= {(one, other), (other, one)}
        for owner, person in ((one, other), (other, one)):
            if found := self.world.lists.get(owner):
                found.members.discard(person)

    async def unblock(self) -> None:
        for one, other in list(self.world.blocks)[:2]:
            await self.people[one].delete(f"/api/users/{self.people[other].id}/block")
            self.world.blocks.discard((one, other))

    async def mute(self) -> None:
        one, other = self.two()
        await self.people[one].post(f"/api/users/{self.people[other].id}/mute")
        self.world.mutes.add((one, other))
        self.world.ever_muted.add((one, other))

    async def unmute(self) -> None:
        for one, other in list(self.world.mutes)[:2]:
            await self.people[one].delete(f"/api/users/{self.people[other].id}/mute")
            self.world.mutes.discard((one, other))
