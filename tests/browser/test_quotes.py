"""Quotes: writing one, reading it, following what becomes of it, and withdrawing from it."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def quote(caller: Caller, quoted: int, text: str = "look at this") -> int:
    answer = await caller.post("/api/tweets", json={"tweet_data": text, "quote_of_id": quoted})
    assert answer.status == 201, answer.body
    return int(answer["tweet_id"])


def card(row: Locator) -> Locator:
    return row.locator(".quoted")


async def choose(page: Page, row: Locator, item: str) -> None:
    await row.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name=item, exact=True).click()


async def test_a_quote_is_written_and_shown(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.tweet("the first")
    page = await open_page(viewer=bob)
    await choose(page, tweet(page, "the first"), "Quote")
    dialog = page.get_by_role("dialog", name="Quote")
    await expect(card(dialog)).to_contain_text("the first")
    await dialog.get_by_role("textbox", name="Tweet text").fill("look at this")
    await dialog.get_by_role("button", name="Tweet", exact=True).click()
    row = tweet(page, "look at this")
    await expect(card(row)).to_contain_text("the first")
    theirs = await open_page(viewer=alice)
    await expect(card(tweet(theirs, "look at this"))).to_contain_text("the first")
    await card(tweet(theirs, "look at this")).get_by_role("link").first.click()
    await expect(theirs.get_by_role("link", name="1 quote")).to_be_visible()
    await theirs.get_by_role("link", name="1 quote").click()
    await expect(theirs.get_by_role("heading", name="Quotes")).to_be_visible()
    await expect(card(tweet(theirs, "look at this"))).to_contain_text("the first")
    await theirs.goto("/notifications")
    await expect(theirs.locator(".notification")).to_contain_text("Quoted your tweet")


async def test_a_quote_by_keyboard(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.tweet("the first")
    page = await open_page(viewer=bob)
    await expect(tweet(page, "the first")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("q")
    field = page.get_by_role("dialog", name="Quote").get_by_role("textbox", name="Tweet text")
    await field.wait_for()
    assert await page.evaluate("document.activeElement.name") == "tweet", "a space would press a button"
    await page.keyboard.type("by keyboard")
    await expect(field).to_have_value("by keyboard")
    await page.keyboard.press("Control+Enter")
    await expect(card(tweet(page, "by keyboard"))).to_contain_text("the first")


async def test_open_pages_follow_the_quoted_tweet(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await alice.tweet("teh first")
    page = await open_page(viewer=carol)
    await is_live(page)
    await quote(bob, number)
    await page.get_by_role("button", name="1 new tweet").click()
    row = tweet(page, "look at this")
    await expect(card(row)).to_contain_text("teh first")
    await alice.call("PUT", f"/api/tweets/{number}", json={"text": "the first"})
    await expect(card(row)).to_contain_text("the first")
    await alice.delete(f"/api/tweets/{number}")
    await expect(card(row)).to_have_text("The quoted tweet was deleted.")
    await page.reload()
    await expect(card(tweet(page, "look at this"))).to_have_text("The quoted tweet was deleted.")


async def test_what_the_reader_may_not_see_is_not_there(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await quote(bob, await alice.tweet("the first"))
    await alice.post(f"/api/users/{carol.id}/block")
    page = await open_page(viewer=carol)
    await expect(card(tweet(page, "look at this"))).to_have_text("The quoted tweet isn't available.")
    await alice.delete(f"/api/users/{carol.id}/block")
    await carol.post(f"/api/users/{alice.id}/mute")
    await page.reload()
    row = tweet(page, "look at this")
    await expect(card(row)).to_contain_text("You mute the author of the quoted tweet.")
    await card(row).get_by_role("button", name="Show").click()
    await expect(card(row)).to_contain_text("the first")


async def test_an_author_withdraws_a_tweet_from_a_quote(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await quote(bob, await alice.tweet("the first"))
    page = await open_page(viewer=alice)
    row = tweet(page, "look at this")
    theirs = await open_page(viewer=bob)
    await expect(card(tweet(theirs, "look at this"))).to_contain_text("the first")
    await is_live(theirs)
    await choose(page, row, "Remove my tweet from this quote")
    await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    for shown in (row, tweet(theirs, "look at this")):
        await expect(card(shown)).to_have_text("The author withdrew the quoted tweet.")


async def test_an_author_says_who_may_quote(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_role("textbox", name="Tweet text").fill("not for quoting")
    await page.get_by_role("button", name="More options").click()
    await page.get_by_label("Who can quote").select_option(label="Only I can quote")
    await expect(page.get_by_text("Only you can quote it.")).to_be_visible()
    await page.get_by_role("main").get_by_role("button", name="Tweet", exact=True).click()
    row = tweet(page, "not for quoting")
    await expect(row.get_by_role("button", name="More", exact=True)).to_be_visible()
    theirs = await open_page(viewer=bob)
    await tweet(theirs, "not for quoting").get_by_role("button", name="More", exact=True).click()
    menu = theirs.get_by_role("dialog")
    await expect(menu.get_by_role("button", name="Copy link")).to_be_visible()
    await expect(menu.get_by_role("button", name="Quote", exact=True)).to_have_count(0)
    await theirs.keyboard.press("Escape")
    await is_live(theirs)
    await choose(page, row, "Who can quote")
    await page.get_by_label("Everyone can quote").check()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await theirs.reload()
    await choose(theirs, tweet(theirs, "not for quoting"), "Quote")
    await expect(theirs.get_by_role("dialog", name="Quote")).to_be_visible()


async def test_a_draft_of_a_quote_is_kept_by_itself(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.tweet("the first")
    page = await open_page(viewer=bob, viewport=PHONE)
    await choose(page, tweet(page, "the first"), "Quote")
    dialog = page.get_by_role("dialog", name="Quote")
    await dialog.get_by_role("textbox", name="Tweet text").fill("half a thought")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.reload()
    await choose(page, tweet(page, "the first"), "Quote")
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_have_value("half a thought")


async def test_the_menu_says_why_one_cannot_quote(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    for who in ("followers", "nobody"):
        await alice.post("/api/tweets", json={"tweet_data": f"for {who}", "who_may_quote": who})
    page = await open_page(viewer=bob)
    for who, words in (("followers", "Only @alice's followers can"), ("nobody", "Only @alice can")):
        await tweet(page, f"for {who}").get_by_role("button", name="More", exact=True).click()
        menu = page.get_by_role("dialog", name="More about @alice")
        await expect(menu.get_by_text(f"{words} quote this")).to_be_visible()
        await expect(menu.get_by_role("button", name="Quote", exact=True)).to_have_count(0)
        await page.keyboard.press("Escape")
