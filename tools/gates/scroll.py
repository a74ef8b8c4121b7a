"""Going back returns to the same tweet at the same height, without a new request to the server."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from tools.gates.result import Measure, at_most
from tools.gates.visitor import SCREENS, Visitor, go

WITHIN_PX = 2
NEWER = 12

# The first tweet whose time, which is a link to it, is well in view; null if there is none.
SEEN = """() => [...document.querySelectorAll("[role=feed] article a[href^='/tweets/']")].find(link => {
    const { top, bottom } = link.getBoundingClientRect();
    return top > 150 && bottom < innerHeight - 150;
})?.getAttribute("href") ?? null"""
# The position of that tweet at the moment of the click that leaves the page.
REMEMBER = """href => addEventListener("click", () => {
    const link = document.querySelector(`[role=feed] article a[href="${href}"]`);
    window.leftAt = link.closest("article").getBoundingClientRect().top;
}, {capture: true, once: true})"""
# Resolves once the service worker is in control.
CONTROLLED = """() => new Promise(resolve => {
    const {serviceWorker} = navigator;
    if (serviceWorker.controller) resolve();
    else serviceWorker.addEventListener("controllerchange", () => resolve(), {once: true});
})"""
TOP = """href => document.querySelector(`[role=feed] article a[href="${href}"]`)
    ?.closest("article").getBoundingClientRect().top ?? null"""


async def read_down(page: Page, *, turns: int) -> str:
    """Turn the wheel so often, and on until a tweet is well in view; returns its address."""
    await page.mouse.move(page.viewport_size["width"] // 2, 500)  # type: ignore[index]
    for _ in range(turns):
        await page.mouse.wheel(0, 600)
        await page.wait_for_timeout(80)
    await page.wait_for_timeout(500)
    while not (href := await page.evaluate(SEEN)):
        await page.mouse.wheel(0, 150)
        await page.wait_for_timeout(300)
    return str(href)


async def drift_of(
    visitor: Visitor, screen: tuple[int, int], *, patient: bool
) -> tuple[float, int, list[str]]:
    """Scroll down, open a tweet, and come back after others have tweeted.

    Returns the distance of the tweet from its earlier position, the requests for timelines, and notes. A
    `patient` visitor waits until the newer tweets are announced above, which must not move anything either.
    """
    async with visitor.page(screen=screen) as page:
        # The service worker, once a first visit has it, lets the page read everything again.
        await go(page, "/")
        async with asyncio.timeout(60):
            await page.evaluate(CONTROLLED)
        await go(page, "/")
        href = await read_down(page, turns=12)
        refetches: list[str] = []
        page.on(
            "request", lambda request: refetches.append(request.url) if is_timeline(request.url) else None
        )
        await page.evaluate(REMEMBER, href)
        await page.locator(f"[role=feed] a[href='{href}']").first.click()
        await expect(page).to_have_url(visitor.community.url + href)
        left = float(await page.evaluate("leftAt"))
        await visitor.community.publish(NEWER)
        await page.wait_for_timeout(300)
        await page.go_back()
        drifts = [await drift(page, href, left)]
        refetched = len(refetches)
        if patient:
            await (
                page.locator("#main")
                .get_by_role("button", name=f"{NEWER} new tweets")
                .wait_for(state="attached", timeout=60_000)
            )
            drifts.append(await drift(page, href, left))
    return max(drifts), refetched, [f"{screen[0]} px wide: {', '.join(f'{one:.2f}' for one in drifts)} px"]


def is_timeline(url: str) -> bool:
    """Whether it requests a page of tweets."""
    return "/api/tweets?" in url or url.endswith("/api/tweets")


async def drift(page: Page, href: str, left: float) -> float:
    """The distance of the tweet from its earlier position once nothing moves; very large if it is gone."""
    await page.wait_for_timeout(700)
    top = await page.evaluate(TOP, href)
    return 10_000.0 if top is None else abs(float(top) - left)


async def measure(
    visitor: Visitor, screens: tuple[tuple[int, int], ...] = SCREENS, *, patient: bool = True
) -> list[Measure]:
    """Measure in every width; the worst counts."""
    found = [await drift_of(visitor, screen, patient=patient) for screen in screens]
    notes = [note for _, _, each in found for note in each]
    return [
        at_most(
            "going back: distance from the previous position",
            max(one[0] for one in found),
            WITHIN_PX,
            " px",
            notes,
        ),
        at_most("going back: timelines fetched again", sum(one[1] for one in found), 0),
    ]
