"""Someone who writes a tweet with a picture, and what must become of it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, Route, expect

from tests.browser.parts import choose_pictures, outgoing, text_field, thumbnails, tweet, until
from tests.callers import Caller

WORDS = "not to be typed twice"


def description(page: Page) -> Any:
    return page.get_by_role("textbox", name="Description")


async def write(page: Page) -> None:
    """Write the text and choose a picture, and wait until the server has the picture."""
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "hills.png")
    await description(page).fill("Green hills")
    await expect(thumbnails(page)).to_have_attribute("data-state", "ready")


async def is_published(page: Page, author: Caller) -> None:
    """The text and the described picture have been published exactly once."""
    await expect(tweet(page, WORDS)).to_be_visible()
    await expect(outgoing(page, WORDS)).to_have_count(0)
    (only,) = await author.timeline()
    assert only["content"] == WORDS
    assert [one["alt"] for one in only["media"]] == ["Green hills"]


async def hold(page: Page, pattern: str) -> None:
    """From now on requests get no answer, and the server doesn't see them."""

    async def wait(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()

    await page.route(pattern, wait)


async def begin_to_write(page: Page) -> None:
    """Begin a tweet, which loads the modules that sending needs, in case the network goes away."""
    await text_field(page).focus()
    for name in ("outgoing", "outbox", "publish", "attachments", "files", "new-tweets", "watch"):
        await until(
            page, f"performance.getEntriesByType('resource').some(one => one.name.endsWith('/{name}.js'))"
        )
