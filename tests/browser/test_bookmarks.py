"""Bookmarks: the button, the page, and other tabs."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


def button(page: Page, text: str) -> Locator:
    return tweet(page, text).get_by_role("button", name="Bookmark")


async def test_a_bookmarked_tweet_is_on_the_page_of_bookmarks(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("for later")
    await bob.tweet("for nobody")
    page = await open_page(viewer=alice)
    await button(page, "for later").click()
    await expect(button(page, "for later")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name="Bookmarks").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bookmarks")
    await expect(tweet(page, "for later")).to_be_visible()
    await expect(tweet(page, "for nobody")).to_have_count(0)
    # A row whose bookmark is removed here stays, so that a slip can be undone.
    await button(page, "for later").click()
    await expect(button(page, "for later")).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(page.get_by_role("heading", name="No bookmarks yet")).to_be_visible()


async def test_bookmarks_are_live_across_tabs(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("first")
    await bob.tweet("second")
    one = await open_page(viewer=alice)
    two = await one.context.new_page()
    await two.goto("/bookmarks")
    await expect(two.get_by_role("heading", name="No bookmarks yet")).to_be_visible()
    await expect(two.locator("html")).to_have_attribute("data-live", "live")
    await button(one, "second").click()
    await expect(tweet(two, "second")).to_be_visible()
    await button(one, "first").click()
    await expect(two.get_by_role("article").first).to_contain_text("first")
    await button(one, "second").click()
    await expect(tweet(two, "second")).to_have_count(0)
    await button(two, "first").click()
    await expect(button(one, "first")).to_have_attribute("aria-pressed", "false")


async def test_a_refused_bookmark_is_taken_back(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("for later")
    page = await open_page(viewer=alice)
    await page.route("**/bookmarks", lambda route: route.abort())
    await button(page, "for later").click()
    await expect(tweet(page, "for later").get_by_role("alert")).to_contain_text("Can't reach the server")
    await expect(button(page, "for later")).to_have_attribute("aria-pressed", "false")
    await page.unroute("**/bookmarks")
    await tweet(page, "for later").get_by_role("button", name="Retry").click()
    await expect(button(page, "for later")).to_have_attribute("aria-pressed", "true")


async def test_bookmarks_have_keyboard_shortcuts(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("for later")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "for later")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("b")
    await expect(button(page, "for later")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bookmarks")
