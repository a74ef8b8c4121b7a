"""Locators for the parts of the page."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

from tests import pictures, waiting


def follows(name: str) -> re.Pattern[str]:
    """The name of the button that follows somebody or a hashtag, whether the viewer does or not."""
    return re.compile(rf"^Follow(ing)? {re.escape(name)}$")


def text_field(page: Page) -> Locator:
    """The field in which a tweet is typed."""
    return page.get_by_role("textbox", name="Tweet text")


def send_button(page: Page) -> Locator:
    """The button that publishes it."""
    return page.get_by_role("main").get_by_role("button", name="Tweet", exact=True)


def tweet(page: Page, text: str) -> Locator:
    """The tweet with this text."""
    return page.locator("#main article", has_text=text)


def outgoing(page: Page, text: str) -> Locator:
    """The row of a tweet that is being sent or has been held up."""
    return page.locator("#main .outgoing", has_text=text)


def thumbnails(page: Page) -> Locator:
    """The pictures in the composer."""
    return page.locator(".composer .attachment")


async def choose_pictures(page: Page, *names: str) -> None:
    """Choose pictures, each with different content."""
    files: list[Any] = [
        {"name": name, "mimeType": "image/png", "buffer": pictures.png(300 + 20 * number, 200)}
        for number, name in enumerate(names)
    ]
    await page.locator("input[type=file]").set_input_files(files)


def like_button(row: Locator) -> Locator:
    return row.get_by_role("button", name="Like")


async def refuse(page: Page, pattern: str, status: int, error_type: str, method: str = "POST") -> None:
    """From now on, answer such requests with this failure."""

    async def answer(route: Route) -> None:
        if route.request.method != method:
            await route.continue_()
            return
        body = {"result": False, "error_type": error_type, "error_message": "It did not work."}
        await route.fulfill(status=status, json=body, headers={"retry-after": "5"})

    await page.route(pattern, answer)


async def until(page: Page, condition: str) -> None:
    """Wait until it is true. Playwright's own waiting needs eval, which the page's policy forbids."""

    async def is_true() -> bool:
        return bool(await page.evaluate(condition))

    await waiting.until(is_true)


# The position of each element, and how far the page is scrolled.
PLACES = """() => JSON.stringify([scrollY, ...[...document.querySelectorAll("body *")].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
})])"""


async def still(page: Page) -> None:
    """Wait until nothing moves any more: every element has stayed in place for a tenth of a second."""
    before = ""

    async def is_still() -> bool:
        nonlocal before
        now = await page.evaluate(PLACES)
        was, before = before, now
        return bool(now == was)

    await waiting.until(is_still, every=0.1)


async def is_live(page: Page) -> None:
    """Wait until the live stream is open, so that events from now on reach the page."""
    await expect(page.locator("html[data-live=live]")).to_be_attached()


async def whole(page: Page) -> None:
    """Wait until all rows of the first page are drawn: those below the view come a moment later."""
    await expect(page.locator("#main .more, #main .end").first).to_be_attached()
