"""The language of a tweet: chosen while it is written, changed afterwards, and told to the browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_a_language_is_chosen_and_changed(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    page, theirs = await open_page(viewer=alice), await open_page(viewer=bob)
    await is_live(theirs)
    await page.get_by_role("textbox", name="Tweet text").fill("Moin moin")
    await page.get_by_role("button", name="More options").click()
    chosen = page.get_by_label("Language")
    await expect(chosen).to_have_value("")
    await chosen.select_option("German")
    await page.locator(".composer").get_by_role("button", name="Tweet", exact=True).click()
    mine = tweet(page, "Moin moin").locator(".tweet-text")
    await expect(mine).to_have_attribute("lang", "de")
    await expect(chosen).to_have_value("")
    await tweet(page, "Moin moin").get_by_role("button", name="More", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Language").click()
    await expect(dialog.get_by_label("Language")).to_have_value("de")
    await dialog.get_by_label("Language").select_option("Dutch")
    await dialog.get_by_role("button", name="Save").click()
    await expect(mine).to_have_attribute("lang", "nl")
    await expect(tweet(theirs, "Moin moin").locator(".tweet-text")).to_have_attribute("lang", "nl")
    assert (await alice.timeline())[0]["language"] == "nl"


async def test_words_tell_the_language_and_none_is_made_up(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("Does anybody have a spare ladder?")
    await alice.tweet("lol")
    page = await open_page(viewer=bob)
    await expect(tweet(page, "ladder").locator(".tweet-text")).to_have_attribute("lang", "en")
    unknown = tweet(page, "lol").locator(".tweet-text")
    assert await unknown.get_attribute("lang") == "", "it isn't that of the page"
    await tweet(page, "lol").get_by_role("button", name="More", exact=True).click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Copy link")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Language")).to_have_count(0)


async def test_saved_drafts_keep_the_language(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_role("textbox", name="Tweet text").fill("Moin moin")
    await page.get_by_role("button", name="More options").click()
    await page.get_by_label("Language").select_option("German")
    await page.reload()
    await page.get_by_role("button", name="More options").click()
    await expect(page.get_by_label("Language")).to_have_value("de")
    await page.get_by_role("button", name="Save as draft").click()
    await expect(page.get_by_role("textbox", name="Tweet text")).to_have_value("")
    await page.goto("/drafts")
    await page.locator(".saved-draft").get_by_role("button", name="Edit").click()
    await page.get_by_role("dialog").get_by_role("button", name="More options").click()
    await expect(page.get_by_role("dialog").get_by_label("Language")).to_have_value("de")
