"""Content warnings and sensitive pictures: writing them, and reading what is behind them."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests import pictures
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import choose_pictures, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def warned(caller: Caller, text: str, warning: str, **body: object) -> int:
    answer = await caller.post("/api/tweets", json={"tweet_data": text, "warning": warning, **body})
    return int(answer["tweet_id"])


async def with_picture(caller: Caller, text: str, **body: object) -> int:
    media = (await caller.upload(pictures.jpeg(), alt="a hill"))["media_id"]
    answer = await caller.post("/api/tweets", json={"tweet_data": text, "tweet_media_ids": [media], **body})
    return int(answer["tweet_id"])


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Tweet text").fill(text)


async def test_the_text_is_behind_its_warning_until_it_is_wanted(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page, "the butler did it")
    await page.get_by_role("button", name="Add a content warning").click()
    field = page.get_by_role("textbox", name="Content warning")
    await expect(field).to_be_focused()
    await field.fill("spoiler for chapter 3")
    await page.get_by_role("button", name="Tweet", exact=True).last.click()
    row = tweet(page, "spoiler for chapter 3")
    await expect(row).to_be_visible()
    await expect(page.get_by_text("the butler did it")).to_have_count(0)
    theirs = await open_page(viewer=bob)
    row = tweet(theirs, "spoiler for chapter 3")
    await expect(row).not_to_contain_text("the butler did it")
    await row.get_by_role("button", name="Show", exact=True).click()
    await expect(row).to_contain_text("the butler did it")
    # It is open wherever else the tweet stands.
    await row.get_by_role("link", name="now").click()
    large = theirs.locator("article.large")
    await expect(large).to_contain_text("the butler did it")
    await large.get_by_role("button", name="Hide", exact=True).click()
    await expect(large).not_to_contain_text("the butler did it")


async def test_a_reply_begins_with_the_warning_above_it(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    parent = await warned(alice, "the butler did it", "spoiler")
    page = await open_page(f"/tweets/{parent}", viewer=bob)
    await page.get_by_role("textbox", name="Text of the reply").fill("no, the gardener")
    await expect(page.get_by_role("textbox", name="Content warning")).to_have_value("spoiler")
    async with page.expect_response("**/api/tweets") as response:
        await page.get_by_role("button", name="Reply", exact=True).last.click()
    assert (await (await response.value).json())["tweet"]["warning"] == "spoiler"
    await page.get_by_role("textbox", name="Text of the reply").fill("nothing to warn of")
    await page.get_by_role("button", name="Remove the content warning").click()
    async with page.expect_response("**/api/tweets") as response:
        await page.get_by_role("button", name="Reply", exact=True).last.click()
    assert "warning" not in (await (await response.value).json())["tweet"]


@pytest.mark.usefixtures("worker")
async def test_sensitive_pictures_are_covered_until_they_are_wanted(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page, "a wound")
    await choose_pictures(page, "wound.png", "bandage.png")
    await page.get_by_label("Mark the pictures as sensitive").check()
    await page.get_by_role("button", name="Tweet", exact=True).last.click()
    theirs = await open_page(viewer=bob)
    row = tweet(theirs, "a wound")
    await expect(row).to_contain_text("Sensitive pictures")
    await expect(row.locator("img")).to_have_count(0)
    await row.get_by_role("button", name="Show pictures").press("Enter")
    await expect(row.locator(".picture img")).to_have_count(2)
    await expect(row.get_by_role("button", name="Hide pictures")).to_be_focused()
    await theirs.keyboard.press("Enter")
    await expect(row.locator(".picture img")).to_have_count(0)
    await expect(row.get_by_role("button", name="Show pictures")).to_be_focused()
    await theirs.goto(f"/users/{alice.id}/media")
    await expect(theirs.locator(".tile")).to_have_count(2)
    await expect(theirs.locator(".tile img")).to_have_count(0)


@pytest.mark.usefixtures("worker")
async def test_settings_decide_for_the_writer_and_the_reader(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page("/settings", viewer=alice)
    await page.get_by_label("Mark my pictures as sensitive by default").check()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert (await alice.get("/api/preferences"))["default_sensitive"] is True
    await with_picture(alice, "by default")
    await warned(alice, "the butler did it", "spoiler")
    await page.goto("/")
    await choose_pictures(page, "hill.png")
    await expect(page.get_by_label("Mark the picture as sensitive")).to_be_checked()
    theirs = await open_page("/settings/appearance", viewer=bob)
    await theirs.get_by_label("Always show what's behind content warnings").check()
    await theirs.get_by_label("Always show sensitive pictures").check()
    await theirs.goto("/")
    await expect(tweet(theirs, "spoiler")).to_contain_text("the butler did it")
    await expect(tweet(theirs, "by default").locator(".picture img")).to_have_count(1)


async def test_editing_as_new_brings_the_warning_back(open_page: OpenPage, alice: Caller) -> None:
    await warned(alice, "the butler did it", "spoiler")
    page = await open_page(viewer=alice)
    await tweet(page, "spoiler").get_by_role("button", name="Delete tweet").click()
    await page.get_by_role("button", name="Edit as new").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox", name="Content warning")).to_have_value("spoiler")
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_have_value("the butler did it")


async def test_a_warning_alone_is_kept_as_a_draft(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_role("textbox", name="Tweet text").click()
    await page.get_by_role("button", name="Add a content warning").click()
    await page.get_by_role("textbox", name="Content warning").fill("spoiler")
    await page.reload()
    await page.get_by_role("textbox", name="Tweet text").click()
    await expect(page.get_by_role("textbox", name="Content warning")).to_have_value("spoiler")


async def test_on_a_phone_nothing_is_cut(open_page: OpenPage, alice: Caller) -> None:
    await warned(alice, "text", "a warning as long as they come, with " + "very " * 25 + "many words")
    page = await open_page(viewer=alice, viewport=PHONE)
    await page.get_by_role("button", name="Write a tweet").click()
    await page.get_by_role("textbox", name="Tweet text").click()
    await page.get_by_role("button", name="Add a content warning").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
