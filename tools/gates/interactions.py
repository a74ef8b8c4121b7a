"""The time from an input to the next paint, with a CPU four times slower and long timelines."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Locator, Page

from tools.gates.result import Measure, at_most
from tools.gates.visitor import Visitor, go, slow_down, slowness
from tools.measuring.figures import p75, varied

THROTTLE = 4
SAMPLES = 20
SMOOTH_MS, THEME_MS, PAGE_MS, LONG_LIKE_MS, PREPEND_MS = 100, 150, 200, 200, 150
PAGE_SAMPLES = 8

# The browser's own Event Timing: an interaction lasts from its input until the next paint after its handlers.
# Interactions of less than 16 ms are not reported, and count as 16.
OBSERVE = """() => {
    window.interactions = new Map();
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        const { interactionId: id, duration } = entry;
        if (id) interactions.set(id, Math.max(interactions.get(id) ?? 0, duration));
    })).observe({type: "event", durationThreshold: 16});
}"""
TAKE = "() => { const found = [...interactions.values()]; interactions.clear(); return found; }"
UNSEEN_MS = 16.0

# From the key press until the paint that shows another first tweet, whatever happens in between.
SHOWN = """() => {
    const first = () => document.querySelector("[role=feed] article a[href^='/tweets/']")?.href;
    window.shown = null;
    addEventListener("click", event => {
        const before = first(), start = event.timeStamp;
        const look = () => {
            if (first() === before) return requestAnimationFrame(look);
            // Seen before the frame is painted; the message is taken after.
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => { window.shown = performance.now() - start; };
            port2.postMessage(0);
        };
        look();
    }, {capture: true, once: true});
}"""

ROWS = "[role=feed] article"


async def timed(page: Page, act: Callable[[int], Awaitable[None]], samples: int = SAMPLES) -> list[float]:
    """Do it this many times; returns the milliseconds until each was painted."""
    durations = []
    for number in range(samples):
        await page.evaluate(TAKE)
        await act(number)
        await page.wait_for_timeout(250)
        durations.append(max([UNSEEN_MS, *await page.evaluate(TAKE)]))
    return durations


# The pages of the timeline that were read.
PAGES = """() => performance.getEntriesByType("resource")
    .filter(({ name }) => /\\/api\\/tweets\\?/.test(name)).length"""
PAGE_SIZE = 30


async def load_rows(page: Page, wanted: int | None) -> None:
    """Load more until this many tweets are in memory, or until the end."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if wanted and await page.evaluate(PAGES) * PAGE_SIZE >= wanted:
            return
        if await page.get_by_text("You've reached the end", exact=True).count():
            return
        await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        await page.wait_for_timeout(40)
    raise AssertionError("the timeline has no end")


async def to_the_top(page: Page) -> None:
    """Go back to the newest tweet, however many rows above have been removed from the page."""
    top = "document.querySelector('[role=feed]').getBoundingClientRect().top > 0"
    newer = page.get_by_role("button", name="Newer tweets")
    for _ in range(200):
        await page.evaluate("scrollTo(0, 0)")
        await page.wait_for_timeout(100)
        if not await newer.count() and await page.evaluate(top):
            return
    raise AssertionError("the top is not reached")


async def like(page: Page) -> Callable[[int], Awaitable[None]]:
    """Press the visible like buttons with the mouse one after the other, then again."""

    async def press(number: int) -> None:
        boxes = await page.evaluate(
            """rows => [...document.querySelectorAll(rows)]
            .map(row => row.querySelector("button[aria-pressed]").getBoundingClientRect())
            .filter(box => box.top > 100 && box.bottom < innerHeight - 100)
            .map(box => [box.x + box.width / 2, box.y + box.height / 2])""",
            ROWS,
        )
        await page.mouse.click(*boxes[number % len(boxes)])

    return press


async def measure_short(visitor: Visitor, samples: int = SAMPLES) -> list[Measure]:
    """With three hundred tweets on the page."""
    async with visitor.page() as page:
        await go(page, "/")
        await load_rows(page, 300)
        await page.evaluate(OBSERVE)
        session = await slow_down(page, THROTTLE)
        likes = await timed(page, await like(page), samples)
        await page.locator(ROWS).nth(75).focus()
        moves = await timed(page, lambda _: page.keyboard.press("j"), samples)
        themes = await theme(page)
        await to_the_top(page)
        await page.get_by_role("textbox", name="Tweet text").first.focus()
        typing = await timed(page, lambda number: page.keyboard.press("words that fit"[number % 14]), samples)
        ratio = await slowness(page, session)
    if ratio < THROTTLE * 0.7:
        raise AssertionError(f"the processor was slowed down {ratio:.1f} times only")
    return [
        at_most("like, 300 tweets", p75(likes), SMOOTH_MS, " ms", [varied(likes, " ms")]),
        at_most("j, 300 tweets", p75(moves), SMOOTH_MS, " ms", [varied(moves, " ms")]),
        at_most("typing, 300 tweets", p75(typing), SMOOTH_MS, " ms", [varied(typing, " ms")]),
        at_most("theme, 300 tweets", p75(themes), THEME_MS, " ms", [varied(themes, " ms")]),
    ]


async def measure_pages(visitor: Visitor, samples: int = PAGE_SAMPLES) -> list[Measure]:
    """Going to other pages and back, with three hundred tweets on Home."""
    found: dict[str, list[float]] = {}
    async with visitor.page() as page:
        await go(page, "/")
        await load_rows(page, 300)
        await to_the_top(page)
        await page.evaluate(OBSERVE)
        session = await slow_down(page, THROTTLE)

        async def press(name: str, target: Locator, arrived: Locator) -> None:
            box: Any = await target.bounding_box()
            middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            found.setdefault(name, []).extend(await timed(page, lambda _: page.mouse.click(*middle), 1))
            await arrived.first.wait_for()
            await page.wait_for_timeout(300)

        tweets, home = page.locator(ROWS), page.get_by_role("link", name="Home", exact=True)
        tabs = page.get_by_role("tab")
        for _ in range(samples):
            await press("a tweet", tweets.nth(1).locator("a.when"), page.locator(".tweet.large"))
            await press("Home again", home, tabs)
            await press("a profile", tweets.nth(1).locator("a.name"), page.locator(".profile-head"))
            await press("Home again", home, tabs)
            await press("Following", tabs.nth(1), page.locator("#tab-following[aria-selected=true]"))
            await press("All again", tabs.nth(0), page.locator("#tab-all[aria-selected=true]"))
            found.setdefault("the composer", []).extend(
                await timed(page, lambda _: page.get_by_role("button", name="Write a tweet").click(), 1)
            )
            await page.get_by_role("dialog").wait_for()
            await page.keyboard.press("Escape")
        ratio = await slowness(page, session)
    if ratio < THROTTLE * 0.7:
        raise AssertionError(f"the processor was slowed down {ratio:.1f} times only")
    return [
        at_most(f"open {name}, 300 tweets", p75(each), PAGE_MS, " ms", [varied(each, " ms")])
        for name, each in found.items()
    ]


async def theme(page: Page) -> list[float]:
    """The theme switch in the rail; presses without visible effect (auto, if already light) don't count."""
    durations = []
    colour = "getComputedStyle(document.querySelector('main')).color"
    switch = page.get_by_role("button", name="Theme:")
    box: Any = await switch.bounding_box()
    for _ in range(12):
        before = await page.evaluate(colour)
        took = await timed(page, lambda _: page.mouse.click(box["x"] + 10, box["y"] + 10), 1)
        await page.mouse.move(700, 500)
        if await page.evaluate(colour) != before:
            durations += took
    if len(durations) < 4:
        raise AssertionError("the theme did not change")
    return durations


async def measure_long(visitor: Visitor, samples: int = SAMPLES, presses: int = 5) -> list[Measure]:
    """With all tweets of the community in memory; then loads twenty more, several times."""
    async with visitor.page() as page:
        await go(page, "/")
        await load_rows(page, None)
        await page.evaluate(OBSERVE)
        session = await slow_down(page, THROTTLE)
        likes = await timed(page, await like(page), samples)
        prepends = []
        for _ in range(presses):
            await to_the_top(page)
            await visitor.community.publish(20)
            control = page.get_by_role("button", name="20 new tweets")
            await control.wait_for(timeout=60_000)
            await page.wait_for_timeout(500)
            box: Any = await control.bounding_box()
            await page.evaluate(SHOWN)
            await page.evaluate(TAKE)
            await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            await page.wait_for_timeout(1500)
            prepends.append(max(await page.evaluate("shown"), *await page.evaluate(TAKE), 0.0))
        ratio = await slowness(page, session)
    if ratio < THROTTLE * 0.7:
        raise AssertionError(f"the processor was slowed down {ratio:.1f} times only")
    held = f"{visitor.community.tweets:,} in memory"
    return [
        at_most(f"like, {held}", p75(likes), LONG_LIKE_MS, " ms", [varied(likes, " ms")]),
        at_most(f"20 inserted above, {held}", p75(prepends), PREPEND_MS, " ms", [varied(prepends, " ms")]),
    ]


async def measure(visitor: Visitor) -> list[Measure]:
    """Measure both lengths."""
    return await measure_short(visitor) + await measure_pages(visitor) + await measure_long(visitor)
