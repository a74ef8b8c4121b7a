"""Pinned tweets: the menu, the top of a profile, and other tabs."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def choose(page: Page, text: str, item: str) -> None:
    """An item of this tweet's menu."""
    await tweet(page, text).get_by_role("button", name="More").click()
    await page.get_by_role("dialog").get_by_role("button", name=item).click()


def texts(page: Page) -> Locator:
    return page.locator("#main article .tweet-text")


async def test_a_pinned_tweet_is_at_the_top_of_the_profile_in_all_tabs(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    for text in ("first", "second", "third"):
        await alice.tweet(text)
    page = await open_page(viewer=alice)
    other = await open_page(f"/users/{alice.id}", viewer=alice)
    await is_live(other)
    await choose(page, "first", "Pin to your profile")
    await expect(page.get_by_role("status").filter(has_text="Pinned to your profile.")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(texts(other)).to_have_text(["first", "third", "second"])
    await expect(other.get_by_role("feed", name="Pinned").get_by_role("article")).to_have_count(1)
    theirs = await open_page(f"/users/{alice.id}", viewer=bob)
    await expect(texts(theirs)).to_have_text(["first", "third", "second"])
    await expect(theirs.get_by_role("heading", name="Pinned")).to_be_visible()
    await theirs.get_by_role("link", name="Replies").click()
    await expect(theirs.get_by_role("heading", name="Pinned")).to_have_count(0)
    await choose(other, "first", "Unpin from your profile")
    await expect(texts(other)).to_have_text(["third", "second", "first"])
    await expect(other.get_by_role("heading", name="Pinned")).to_have_count(0)


async def test_a_sixth_pin_is_refused_in_the_menu(open_page: OpenPage, alice: Caller) -> None:
    for number in range(5):
        await alice.post(f"/api/tweets/{await alice.tweet(str(number))}/pin")
    await alice.tweet("one too many")
    page = await open_page(viewer=alice)
    await choose(page, "one too many", "Pin to your profile")
    refusal = page.get_by_role("dialog").get_by_role("alert")
    await expect(refusal).to_contain_text("You've reached the limit for pinned tweets.")


async def test_others_tweets_and_private_ones_have_no_such_item(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("from bob")
    page = await open_page(viewer=alice)
    await tweet(page, "from bob").get_by_role("button", name="More").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Copy link")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Pin")).to_have_count(0)
    await page.keyboard.press("Escape")
    private = await alice.post("/api/tweets", json={"tweet_data": "hi @bob", "visibility": "mentioned"})
    await page.goto(f"/tweets/{private['tweet_id']}")
    await page.locator("#main article").get_by_role("button", name="More").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Copy link")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Pin")).to_have_count(0)
