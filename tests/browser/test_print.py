"""On paper only the tweets and their authors; in forced colours, what is selected is still seen."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import tweet
from tests.callers import Caller

AFTER = "tab => getComputedStyle(tab, '::after').backgroundColor"


async def test_printing_shows_tweets_and_no_controls(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("worth printing")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "worth printing")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(tweet(page, "worth printing")).to_be_visible()
    await expect(tweet(page, "worth printing").get_by_role("link", name="bob")).to_be_visible()
    for hidden in (".rail", ".key-panel", ".composer", ".tabs", ".actions"):
        await expect(page.locator(hidden).first).to_be_hidden()


async def test_forced_colours_keep_the_mark_of_the_selected_tab(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.emulate_media(forced_colors="active")
    selected = await page.locator(".tabs [aria-selected=true]").evaluate(AFTER)
    surface = await page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert selected not in (surface, "rgba(0, 0, 0, 0)")
