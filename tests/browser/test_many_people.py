"""People in as many browsers talk with each other; then each sees what they may, also after a reload."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Error, Page, expect

from server.features.relations.visible import visible_to
from server.features.visibility.visibility import PUBLIC, may_see
from tests.browser.conftest import DESKTOP, PHONE, VISITOR, sign_in
from tests.browser.crowd import Person
from tests.callers import Answer, Caller
from tests.thorough import THOROUGH, much
from tests.waiting import PATIENCE, until
from tests.whole.conftest import Perch, running

pytestmark = [pytest.mark.whole, pytest.mark.long]

PEOPLE, SECONDS = much(usually=(3, 30), thoroughly=(10, 600))

# How many of the newest tweets are compared.
NEWEST = 20

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

# The tweets in their own places on a page: what is shown of each, without what it quotes.
ROWS = """() => [...document.querySelectorAll("#main article[data-row]:not(.reposted)")].map((row) => {
    const own = (selector) => [...row.querySelectorAll(selector)].filter((one) => !one.closest("blockquote"));
    const [quoted] = own(".quoted.without, .quoted.waiting");
    const card = row.querySelector("blockquote.quoted a.name");
    return {
        id: Number(row.dataset.row),
        text: own(".tweet-text")[0]?.textContent ?? null,
        warning: own(".content-warning bdi")[0]?.textContent ?? null,
        edited: own("button.edited").length > 0,
        quoted: card?.getAttribute("href") ?? quoted?.firstChild?.textContent.trim() ?? null,
        votes: own(".poll-share").map((one) => parseInt(one.textContent.split(", ")[1])),
        likes: row.querySelector(".action.like")?.getAttribute("aria-label"),
        reposts: row.querySelector(".action.repost")?.getAttribute("aria-label"),
    };
})"""

NOT_SHOWN = {
    "deleted": "The quoted tweet was deleted.",
    "muted": "You mute the author of the quoted tweet.",
    "unavailable": "The quoted tweet isn't available.",
}


async def newest(page: Page) -> list[dict[str, Any]]:
    """The newest tweets that the page shows, once those that wait are taken in."""
    with suppress(Error):  # there are none
        await page.locator("button.new-tweets").click(timeout=100)
    found: list[dict[str, Any]] = await page.evaluate(ROWS)
    return found[:NEWEST]


async def expected(caller: Caller, answer: Answer) -> list[dict[str, Any]]:
    """The same of a page of the API, for this viewer."""
    tweets = answer["tweets"][:NEWEST]
    quoted = {one["tweet_id"]: one["state"] for one in answer.body.get("quoted", [])}
    ids = ",".join(str(tweet["id"]) for tweet in tweets if "poll" in tweet)
    polls = await caller.get("/api/polls", params={"ids": ids})
    voted = {one["tweet_id"]: one["poll"] for one in polls["polls"] if one["chosen"]}
    return [
        {
            "id": tweet["id"],
            "text": None if "warning" in tweet else tweet.get("text", tweet["content"]),
            "warning": tweet.get("warning"),
            "edited": "edited_at" in tweet,
            "quoted": None if "warning" in tweet else what_is_quoted(tweet, quoted),
            "votes": [one["votes"] for one in voted[tweet["id"]]["options"]] if tweet["id"] in voted else [],
            "likes": f"Like ({tweet['likes_count']})",
            "reposts": f"Repost ({tweet['reposts_count']})" if may_repost(tweet, caller.id) else None,
        }
        for tweet in tweets
    ]


def what_is_quoted(tweet: dict[str, Any], states: dict[int, str]) -> str | None:
    """The address of the quoted tweet, or what is said in its place."""
    if "quote" not in tweet:
        return None
    quoted = tweet["quote"]["tweet_id"]
    if quoted is None:
        return "The author withdrew the quoted tweet."
    return f"/tweets/{quoted}" if states[quoted] == "shown" else NOT_SHOWN[states[quoted]]


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
        assert done.total() - done["nothing"] > 3 * PEOPLE, done
        assert not THOROUGH or all(done[act.__name__] for act in people[0].acts), done
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
    """Compare what the person's timelines and drafts show with what they may see."""
    await person.page.goto("/drafts")
    count = await connection.fetchval("SELECT count(*) FROM drafts WHERE user_id = $1", person.caller.id)
    await expect(person.page.locator(".saved-draft")).to_have_count(count)
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
        answered[:] = await expected(person.caller, found)
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
