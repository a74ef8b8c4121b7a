"""Several tweets written at once: adding, removing, sending, drafts, and taking them back to be edited."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import choose_pictures, is_live, outgoing, refuse, send_button, text_field, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


def field(page: Page, number: int, of: int) -> Locator:
    return page.get_by_role("textbox", name=f"Tweet text {number}/{of}")


async def write(page: Page, *texts: str) -> None:
    await text_field(page).fill(texts[0])
    for number, text in enumerate(texts[1:], 2):
        await page.get_by_role("button", name="Add to thread").click()
        await expect(field(page, number, number)).to_be_focused()
        await field(page, number, number).fill(text)


async def said(caller: Caller) -> list[tuple[str, str | None]]:
    found = (await caller.get("/api/tweets"))["tweets"]
    return [
        (one["content"], one["part"] and f"{one['part']['number']}/{one['part']['of']}")
        for one in found[::-1]
    ]


async def test_a_thread_is_written_and_sent_together(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("before")
    page, theirs = await open_page(viewer=alice), await open_page(viewer=bob)
    await is_live(page)
    await is_live(theirs)
    await expect(page.get_by_role("button", name="Add to thread")).to_have_count(0)
    await write(page, "one", "two", "three")
    await page.get_by_role("button", name="Tweet all").click()
    await expect(tweet(page, "three").get_by_text("3/3")).to_be_visible()
    assert await said(alice) == [("before", None), ("one", "1/3"), ("two", "2/3"), ("three", "3/3")]
    await expect(text_field(page)).to_have_value("")
    await expect(text_field(page)).to_have_count(1)
    await expect(text_field(page)).to_be_focused()
    await theirs.get_by_role("button", name="3 new tweets").click()
    await tweet(theirs, "one").click()
    for number, text in enumerate(("one", "two", "three"), 1):
        await expect(tweet(theirs, text).get_by_text(f"{number}/3")).to_be_visible()


async def test_a_tweet_is_taken_out_of_a_thread_and_those_behind_it_move_up(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page, "one", "two", "three")
    await page.get_by_role("button", name="Remove tweet 2").click()
    await expect(field(page, 2, 2)).to_have_value("three")
    await expect(field(page, 2, 2)).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(field(page, 2, 3)).to_have_value("two")
    await expect(field(page, 3, 3)).to_have_value("three")
    await page.get_by_role("button", name="Remove tweet 2").click()
    await page.get_by_role("button", name="Remove tweet 1").click()
    await expect(text_field(page)).to_have_value("three")
    await expect(text_field(page)).to_have_count(1)
    await send_button(page).click()
    await expect(tweet(page, "three")).to_be_visible()
    assert await said(alice) == [("three", None)]


async def test_empty_tweets_of_a_thread_are_left_out(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice, viewport=PHONE)
    await page.get_by_role("button", name="Write a tweet").click()
    await expect(page.get_by_role("dialog", name="New tweet")).to_be_visible()
    await write(page, "one", "", "three")
    await page.keyboard.press("Control+Enter")
    await expect(tweet(page, "three")).to_be_visible()
    assert await said(alice) == [("one", "1/2"), ("three", "2/2")]


async def test_a_thread_survives_a_reload_with_its_pictures(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill("one")
    await choose_pictures(page, "red.png")
    await write(page, "one", "two")
    await expect(page.locator(".part").first.locator(".attachment[data-state=ready]")).to_have_count(1)
    await page.reload()
    await expect(field(page, 1, 2)).to_have_value("one")
    await expect(field(page, 2, 2)).to_have_value("two")
    await expect(page.get_by_text("Your draft was restored.")).to_have_count(1)
    await expect(page.locator(".part").first.locator(".attachment")).to_have_count(1)
    await page.get_by_role("button", name="Tweet all").click()
    await expect(tweet(page, "two")).to_be_visible()
    first, second = (await alice.get("/api/tweets"))["tweets"][::-1]
    assert [len(one["media"]) for one in (first, second)] == [1, 0]
    await page.reload()
    await expect(text_field(page)).to_have_value("")
    await expect(text_field(page)).to_have_count(1)


async def test_a_refused_thread_comes_back_whole_to_be_edited(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await refuse(page, "**/api/tweets/thread", 500, "internal_error")
    await write(page, "one", "two")
    await page.get_by_role("button", name="Tweet all").click()
    row = outgoing(page, "two")
    await expect(row.get_by_text("1/2")).to_be_visible()
    await expect(row.get_by_role("alert")).to_contain_text("Something went wrong")
    await page.reload()
    await expect(outgoing(page, "two").get_by_text("2/2")).to_be_visible()
    await outgoing(page, "two").get_by_role("button", name="Edit").click()
    await expect(field(page, 1, 2)).to_have_value("one")
    await field(page, 2, 2).fill("better")
    await page.unroute("**/api/tweets/thread")
    await page.get_by_role("button", name="Tweet all").click()
    await expect(tweet(page, "better")).to_be_visible()
    assert await said(alice) == [("one", "1/2"), ("better", "2/2")]


async def test_a_reply_can_be_a_thread(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    parent = await bob.tweet("what do you think?")
    page = await open_page(f"/tweets/{parent}", viewer=alice)
    await page.get_by_role("textbox", name="Text of the reply").fill("first")
    await page.get_by_role("button", name="Add to thread").click()
    await page.get_by_role("textbox", name="Text of the reply 2/2").fill("second")
    await page.get_by_role("button", name="Tweet all").click()
    await expect(tweet(page, "second")).to_be_visible()
    thread = (await bob.get(f"/api/tweets/{parent}/thread"))["replies"]
    assert [(one["depth"], one["tweet"]["content"]) for one in thread] == [(1, "first"), (2, "second")]


async def test_tabs_show_the_same_thread(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    other = await page.context.new_page()
    await other.goto("/")
    await expect(text_field(other)).to_be_visible()
    await write(page, "one", "two")
    await expect(field(other, 2, 2)).to_have_value("two")
    await page.get_by_role("button", name="Tweet all").click()
    await expect(tweet(page, "two")).to_be_visible()
    await expect(text_field(other)).to_have_value("")
    await expect(text_field(other)).to_have_count(1)
