"""What three thousand live events do to somebody who is reading: to the memory, and to the place."""

from __future__ import annotations

import asyncio
from itertools import cycle, islice

import httpx
from playwright.async_api import Page

from tools.gates.community import READERS, TEXTS, Community, caller
from tools.gates.result import Measure, at_most
from tools.gates.scroll import TOP, drift, read_down
from tools.gates.visitor import Visitor, go
from tools.measuring.figures import number

TWEETS, LIKES = 1000, 1000  # each like is also undone
HEAP_MB, MOVED_PX = 12, 0
# So that each person stays below what a member may write in a minute.
BATCHES = 2
PAUSE_S = 60

# Remembers how far the tweet with this address moves from its place, however briefly, while events arrive.
WATCH = """href => {
    const top = () => document.querySelector(`[role=feed] article a[href="${href}"]`)
        ?.closest("article").getBoundingClientRect().top ?? Infinity;
    const start = top();
    window.moved = 0;
    const look = () => {
        window.moved = Math.max(window.moved, Math.abs(top() - start));
        requestAnimationFrame(look);
    };
    look();
}"""


async def act(client: httpx.AsyncClient, tweets: int, liked: list[int]) -> None:
    """One person's part: tweet, like and take the likes back."""
    for n in range(tweets):
        (await client.post("/api/tweets", json={"tweet_data": TEXTS[n % 3]})).raise_for_status()
    for tweet in liked:
        (await client.post(f"/api/tweets/{tweet}/likes")).raise_for_status()
        (await client.delete(f"/api/tweets/{tweet}/likes")).raise_for_status()


async def stir(community: Community, likeable: list[int], tweets: int, likes: int) -> None:
    """Readers tweet, like and unlike at the same time."""
    people = [community.people[f"reader{n}"] for n in range(1, READERS + 1)]
    targets = list(islice(cycle(likeable), likes))
    clients = [caller(community.url, person) for person in people]
    await asyncio.gather(
        *(
            act(client, len(range(n, tweets, READERS)), targets[n::READERS])
            for n, client in enumerate(clients)
        )
    )
    await asyncio.gather(*(client.aclose() for client in clients))


async def heap_of(page: Page) -> float:
    """The MB of JavaScript's heap that are in use after a collection."""
    session = await page.context.new_cdp_session(page)
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    return float((await session.send("Runtime.getHeapUsage"))["usedSize"]) / 1e6


async def measure(visitor: Visitor, tweets: int = TWEETS, likes: int = LIKES) -> list[Measure]:
    """Read in the middle of Home while others tweet and like what is on it."""
    async with visitor.page() as page:
        await go(page, "/")
        href = await read_down(page, turns=6)
        before = await heap_of(page)
        place = float(await page.evaluate(TOP, href))
        await page.evaluate(WATCH, href)
        shown = page.locator("[role=feed] article")
        ids = [int(row) for row in await shown.evaluate_all("all => all.map(one => one.dataset.row)")]
        for batch in range(BATCHES):
            await stir(visitor.community, ids, tweets // BATCHES, likes // BATCHES)
            if batch < BATCHES - 1:
                await page.wait_for_timeout(PAUSE_S * 1000)
        control = page.locator("#main").get_by_role("button", name=f"{tweets:,} new tweets")
        await control.wait_for(state="attached", timeout=60_000)
        drifted = await drift(page, href, place)
        moved = max(drifted, float(await page.evaluate("moved")))
        heap = await heap_of(page)
    events = tweets + 2 * likes
    return [
        at_most(f"heap after {events:,} live events", heap, HEAP_MB, " MB", [f"before: {number(before)} MB"]),
        at_most(f"place moved by {events:,} live events", moved, MOVED_PX, " px"),
    ]
