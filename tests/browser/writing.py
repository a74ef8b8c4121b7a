"""Somebody who writes a tweet with a picture, and what is to become of it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, Route, expect

from tests.browser.parts import choose_pictures, outgoing, text_field, thumbnails, tweet, until
from tests.callers import Caller

WORDS = "not to be typed twice"


def description(page: Page) -> Any:
    return page.get_by_role("textbox", name="Description")


async def write(page: Page) -> None:
    """Words, and a picture that the server has."""
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "hills.png")
    await description(page).fill("Green hills")
    await expect(thumbnails(page)).to_have_attribute("data-state", "ready")


async def is_published(page: Page, author: Caller) -> None:
    """The words and the described picture are there, once."""
    await expect(tweet(page, WORDS)).to_be_visible()
    await expect(outgoing(page, WORDS)).to_have_count(0)
    (only,) = await author.timeline()
    assert only["content"] == WORDS
    assert [one["alt"] for one in only["media"]] == ["Green hills"]


async def hold(page: Page, pattern: str) -> None:
    """Requests get no answer any more; the server does not see them."""

    async def wait(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()

    await page.route(pattern, wait)


async def begin_to_write(page: Page) -> None:
    """Who does fetches what sending needs, for a moment without a network."""
    await text_field(page).focus()
    for name in ("outgoing", "outbox", "publish", "attachments", "files", "new-tweets", "watch"):
        await until(
            page, f"performance.getEntriesByType('resource').some(one => one.name.endsWith('/{name}.js'))"
        )
