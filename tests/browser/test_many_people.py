"""People in as many browsers talk with each other; then each sees what they may, also after a reload."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Error, Page, expect

from server.features.relations.visible import visible_to
from server.features.visibility.visibility import PUBLIC, may_see
from tests.browser.conftest import DESKTOP, PHONE, VISITOR, sign_in
from tests.callers import Caller
from tests.thorough import much
from tests.waiting import PATIENCE, until
from tests.whole.conftest import Perch, running

pytestmark = [pytest.mark.whole, pytest.mark.long]

PEOPLE, SECONDS = much(usually=(3, 20), thoroughly=(10, 600))

# How many of the newest tweets are compared, and how long an act may look for its button, in milliseconds.
NEWEST, LOOK = 20, 2_000

VISIBILITIES = ("public", "public", "public", "unlisted", "followers", "mentioned")

# $1 the viewer, $2 how many.
ALL = f"""
    SELECT t.id FROM tweets t JOIN users a ON a.id = t.author_id
    WHERE t.visibility = {PUBLIC} AND NOT t.hidden AND NOT a.hidden AND {visible_to("$1", "t.author_id")}
        AND NOT EXISTS (SELECT 1 FROM relations WHERE user_id = $1 AND other_id = t.author_id AND muted)
    ORDER BY t.id DESC LIMIT $2
"""
# $1 the viewer, $2 tweets: those that the viewer may not see.
UNSEEN = f"""
    SELECT asked.id FROM unnest($2::bigint[]) AS asked (id) LEFT JOIN tweets t ON t.id = asked.id
    WHERE t.id IS NULL OR NOT {may_see("$1", "t")}
"""

# The tweets in their own places on a page, with their numbers of likes and reposts.
ROWS = """() => [...document.querySelectorAll("#main article[data-row]:not(.reposted)")].map((row) => ({
    id: Number(row.dataset.row),
    likes: row.querySelector(".action.like")?.getAttribute("aria-label"),
    reposts: row.querySelector(".action.repost")?.getAttribute("aria-label"),
}))"""


@dataclass
class Person:
    """Somebody with a browser, and a key for what they do on another device."""

    caller: Caller
    page: Page
    chance: random.Random
    others: list[Caller]

    async def act(self) -> str:
        """Do something; return what."""
        acts = [self.write, self.write, self.reply, self.reply, self.press, self.press, self.press]
        acts += [self.take_in, self.delete, self.decide, self.decide]
        act = self.chance.choice(acts)
        try:
            await act()
        except Error as error:  # what was there a moment ago isn't any more
            if "Timeout" not in str(error) and "detached" not in str(error):
                raise
            await self.page.keyboard.press("Escape")
            return "nothing"
        return act.__name__

    def text(self) -> str:
        return (
            f"{self.chance.choice(['hello', 'look', 'so'])} @{self.chance.choice(self.others).handle} #talk"
        )

    async def write(self) -> None:
        if await self.page.locator(".composer:not([data-reply]) textarea").count() == 0:
            await self.page.get_by_role("button", name="Write a tweet").click(timeout=LOOK)
        composer = self.page.locator(".composer:not([data-reply])").last
        await composer.locator("textarea").first.fill(self.text(), timeout=LOOK)
        await self.page.keyboard.press("Escape")  # closes suggestions
        await composer.get_by_label("Who can see this tweet").select_option(
            self.chance.choice(VISIBILITIES), timeout=LOOK
        )
        await composer.get_by_role("button", name="Tweet", exact=True).click(timeout=LOOK)

    async def row(self, selector: str) -> Any:
        """One of the newest rows that have this button."""
        rows = self.page.locator(f"#main article[data-row]:has({selector})")
        count = min(await rows.count(), 8)
        return rows.nth(self.chance.randrange(count) if count else 0).locator(selector)

    async def reply(self) -> None:
        await (await self.row(".action.reply")).click(timeout=LOOK)
        composer = self.page.get_by_role("dialog").locator(".composer")
        await composer.locator("textarea").first.fill(self.text(), timeout=LOOK)
        await composer.get_by_role("button", name="Reply", exact=True).click(timeout=LOOK)

    async def press(self) -> None:
        kind = self.chance.choice((".action.like", ".action.repost", ".action.bookmark"))
        await (await self.row(kind)).click(timeout=LOOK)

    async def delete(self) -> None:
        await (await self.row(".action.delete")).click(timeout=LOOK)

    async def take_in(self) -> None:
        await self.page.locator("button.new-tweets").click(timeout=LOOK)

    async def decide(self) -> None:
        """Follow, block, mute or like hashtags, on another device."""
        other, method = self.chance.choice(self.others), self.chance.choice(("POST", "POST", "DELETE"))
        what = self.chance.choice(("follow", "follow", "follow", "notify", "block", "mute", "hashtag"))
        if what == "block":
            method = self.chance.choice(("POST", "DELETE", "DELETE"))
        path = "/api/hashtags/talk/follow" if what == "hashtag" else f"/api/users/{other.id}/{what}"
        assert (await self.caller.call(method, path)).status < 500


async def newest(page: Page) -> list[dict[str, Any]]:
    """The newest tweets that the page shows, once those that wait are taken in."""
    with suppress(Error):  # there are none
        await page.locator("button.new-tweets").click(timeout=100)
    found: list[dict[str, Any]] = await page.evaluate(ROWS)
    return found[:NEWEST]


def expected(tweets: list[dict[str, Any]], viewer_id: int) -> list[dict[str, Any]]:
    """The same of the API's tweets, for this viewer."""
    return [
        {
            "id": tweet["id"],
            "likes": f"Like ({tweet['likes_count']})",
            "reposts": f"Repost ({tweet['reposts_count']})" if may_repost(tweet, viewer_id) else None,
        }
        for tweet in tweets[:NEWEST]
    ]


def may_repost(tweet: dict[str, Any], viewer_id: int) -> bool:
    """Whether the client offers it."""
    own = tweet["author"]["id"] == viewer_id
    return tweet["visibility"] in ("public", "unlisted") or (own and tweet["visibility"] == "followers")


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Perch]:
    """A Perch with four web processes, and without limits."""
    with running(tmp_path, WEB_CONCURRENCY="4", RATE_LIMITS="off") as perch:
        yield perch


async def test_all_see_what_they_may_after_talking(browser: Browser, four: Perch) -> None:
    async with httpx.AsyncClient(base_url=four.url, timeout=30) as http, AsyncExitStack() as stack:
        callers = await four.register(http, PEOPLE)
        people = []
        for number, caller in enumerate(callers):
            look = {**VISITOR, "viewport": PHONE if number % 3 == 2 else DESKTOP}
            context = await browser.new_context(base_url=four.url, **look)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE * 1000)
            await page.goto("/")
            await sign_in(page, caller)
            others = [other for other in callers if other is not caller]
            people.append(Person(caller, page, random.Random(number), others))
            await caller.post(f"/api/users/{others[0].id}/follow")
        done: Counter[str] = Counter()
        ends = time.monotonic() + SECONDS

        async def talk(person: Person) -> None:
            while time.monotonic() < ends:
                done[await person.act()] += 1

        await asyncio.gather(*[talk(person) for person in people])
        assert min(done["write"], done["reply"], done["press"], done["decide"]) > PEOPLE, done
        connection = await four.connect()
        stack.push_async_callback(connection.close)
        for person in people:
            await settle(person)
        for person in people:
            await compare(person, connection)


async def settle(person: Person) -> None:
    """Wait until what the person did is done: a deletion, for instance, can be undone for some seconds."""
    await person.page.keyboard.press("Escape")
    # A reply to somebody who has blocked them since is refused.
    discard = person.page.get_by_role("button", name="Discard")
    while await discard.count():
        await discard.first.click()
    await expect(person.page.locator(".outgoing, .tweet.deleted")).to_have_count(0)


async def compare(person: Person, connection: Any) -> None:
    """Compare what the person's timelines show with what they may see."""
    everyone = await compared(person, connection, "All", {})
    rows = await connection.fetch(ALL, person.caller.id, NEWEST)
    assert everyone == [row["id"] for row in rows]
    await compared(person, connection, "Following", {"timeline": "following"})


async def compared(person: Person, connection: Any, name: str, params: dict[str, str]) -> list[int]:
    """The tweets of a timeline, which are those of the API, before and after a reload."""
    page = person.page
    await page.get_by_role("link", name="Home", exact=True).first.click()
    await page.locator(".tabs a", has_text=name).click()
    seen: list[dict[str, Any]] = []
    answered: list[dict[str, Any]] = []

    async def is_same() -> bool:
        found = await person.caller.get("/api/tweets", params={"limit": NEWEST, **params})
        seen[:] = await newest(page)
        answered[:] = expected(found["tweets"], person.caller.id)
        # Among reposts, fewer tweets are in their own places on the first page. Where most tweets are hidden
        # from the person, the API's page is short and leads on.
        several = len(seen) >= min(len(answered), NEWEST // 2)
        common = min(len(seen), len(answered))
        return several and seen[:common] == answered[:common]

    try:
        await until(is_same)
    except AssertionError:
        assert seen == answered, f"{name} of {person.caller.handle}, {page.url}"  # what differs
        raise
    ids = [one["id"] for one in seen]
    assert await connection.fetch(UNSEEN, person.caller.id, ids) == []
    await page.reload()
    await until(is_same)
    again = [one["id"] for one in seen]
    # Before, the page had loaded more; among reposts, fewer tweets are in their own places on the first one.
    common = min(len(ids), len(again))
    assert ids[:common] == again[:common]
    return ids
