"""Drafts on the server and scheduled tweets, in the browser."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, Route, expect

from server.context import Context
from server.core.database.connection import rows
from tests.api.test_drafts import make_due, publish_due, save
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import choose_pictures, is_live, text_field, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def begin(page: Page, words: str) -> None:
    await text_field(page).fill(words)
    await page.get_by_role("button", name="More options").click()


async def test_a_draft_is_saved_here_and_sent_on_another_device(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await begin(page, "half a thought")
    await choose_pictures(page, "hill.png")
    await page.get_by_label("Who can quote").select_option(label="Only I can quote")
    await page.get_by_role("button", name="Save as draft").click()
    await expect(text_field(page)).to_have_value("")
    theirs = await open_page("/drafts", viewer=alice, viewport=PHONE)
    row = theirs.locator(".saved-draft")
    await expect(row).to_contain_text("half a thought")
    await expect(row.locator("img")).to_have_count(1)
    assert await theirs.evaluate("document.documentElement.scrollWidth") <= 390
    await row.get_by_role("button", name="Edit").click()
    dialog = theirs.get_by_role("dialog")
    await expect(text_field(theirs)).to_have_value("half a thought")
    await expect(dialog.locator(".attachment")).to_have_count(1)
    await text_field(theirs).fill("a whole thought")
    await dialog.get_by_role("button", name="Tweet", exact=True).click()
    await page.goto("/")
    await expect(tweet(page, "a whole thought").locator(".media-grid .picture")).to_have_count(1)
    (found,) = await rows("SELECT who_may_quote FROM tweets")
    assert found["who_may_quote"] == 2
    await expect(row).to_have_count(0)
    assert await rows("SELECT 1 FROM drafts") == []


async def test_a_tweet_is_scheduled_in_the_time_zone_of_its_writer(
    perch: Context, open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice, timezone_id="Europe/Berlin")
    pressed = asyncio.Event()

    async def come_late(route: Route) -> None:
        await pressed.wait()
        await route.continue_()

    await page.route("**/api/preferences", come_late)
    await begin(page, "good morning")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.get_by_role("button", name="Schedule").click()
        pressed.set()
    year = datetime.now(UTC).year + 1
    await page.get_by_label("When to publish it, in Europe/Berlin").fill(f"{year}-03-01T09:00")
    await page.get_by_role("button", name="Schedule", exact=True).click()
    await page.get_by_role("button", name="View").click()
    row = page.locator(".saved-draft")
    await expect(row).to_contain_text(f"Scheduled for Mar 1, {year}, 9:00")
    (found,) = await rows("SELECT id, publish_at FROM drafts")
    assert found["publish_at"] == datetime(year, 3, 1, 8, tzinfo=UTC)
    assert (await alice.get("/api/preferences"))["time_zone"] == "Europe/Berlin"
    await is_live(page)
    await make_due(found["id"])
    await publish_due(perch)
    await expect(row).to_have_count(0)
    await page.goto("/")
    await expect(tweet(page, "good morning")).to_be_visible()


async def test_what_was_not_published_says_why(
    perch: Context, open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    parent = await bob.tweet("the first")
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    saved = await save(alice, "an answer", in_reply_to_id=parent, publish_at=at)
    await bob.delete(f"/api/tweets/{parent}")
    await make_due(saved["id"])
    await publish_due(perch)
    page = await open_page("/notifications", viewer=alice)
    await expect(page.locator(".notification")).to_contain_text("couldn't be published")
    await page.get_by_role("link", name="Show scheduled tweets").click()
    await expect(page.locator(".saved-draft .bad")).to_contain_text("It wasn't published on time.")


async def test_a_draft_that_is_opened_puts_aside_what_is_there(open_page: OpenPage, alice: Caller) -> None:
    await save(alice, "from the other device")
    page = await open_page(viewer=alice)
    await text_field(page).fill("what I am typing here")
    await page.goto("/drafts")
    await page.locator(".saved-draft").get_by_role("button", name="Edit").click()
    await expect(text_field(page)).to_have_value("from the other device")
    await page.goto("/")
    await expect(page.locator("#main .outgoing")).to_contain_text("what I am typing here")


async def test_a_scheduled_tweet_is_edited_and_sent_at_once(open_page: OpenPage, alice: Caller) -> None:
    at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    saved = await save(alice, "good mornnig", publish_at=at)
    page = await open_page("/drafts/scheduled", viewer=alice)
    edit = page.locator(".saved-draft").get_by_role("button", name="Edit")
    await edit.click()
    dialog = page.get_by_role("dialog", name="Draft")
    await text_field(page).fill("good morning")
    await page.keyboard.press("Escape")  # the changes are kept here, and the schedule stays
    await expect(dialog).to_have_count(0)
    await edit.click()
    await expect(text_field(page)).to_have_value("good morning")
    await dialog.get_by_role("button", name="Schedule", exact=True).click()
    await expect(page.locator(".saved-draft")).to_contain_text("good morning")
    (found,) = await rows("SELECT id, publish_at FROM drafts")
    assert (found["id"], found["publish_at"].isoformat()) == (saved["id"], at)
    await edit.click()
    await dialog.get_by_role("button", name="Don't schedule").click()
    await dialog.get_by_role("button", name="Tweet", exact=True).click()
    await expect(page.locator(".saved-draft")).to_have_count(0)
    await page.goto("/")
    await expect(tweet(page, "good morning")).to_be_visible()
    await expect(page.locator("#main .outgoing")).to_have_count(0)
    assert await rows("SELECT 1 FROM drafts") == []


async def test_a_time_that_is_past_is_not_taken(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await begin(page, "yesterday")
    await page.get_by_role("button", name="Schedule").click()
    send = page.get_by_role("main").get_by_role("button", name="Schedule", exact=True)
    await expect(send).to_be_enabled()
    field = page.get_by_label("When to publish it")
    for wrong in ("2020-01-01T09:00", ""):
        await field.fill(wrong)
        await expect(page.get_by_text("Choose a time in the future.")).to_be_visible()
        await expect(send).to_be_disabled()
        await expect(field).to_have_value(wrong)
    await field.fill(f"{datetime.now(UTC).year + 1}-01-01T09:00")
    await expect(send).to_be_enabled()


async def test_a_deleted_draft_can_be_had_back(open_page: OpenPage, alice: Caller) -> None:
    await save(alice, "worth keeping")
    page = await open_page("/drafts", viewer=alice)
    await page.locator(".saved-draft").get_by_role("button", name="Delete").click()
    await expect(page.locator(".saved-draft")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".saved-draft")).to_contain_text("worth keeping")


async def test_the_time_survives_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await begin(page, "later, please")
    await page.wait_for_timeout(500)  # the draft is stored without a time
    await page.get_by_role("button", name="Schedule").click()
    await expect(page.get_by_label("When to publish it")).to_be_focused()
    await page.wait_for_timeout(500)
    await page.reload()
    await page.get_by_role("textbox", name="Tweet text").focus()
    await page.get_by_role("main").get_by_role("button", name="Schedule", exact=True).click()
    await expect(text_field(page)).to_have_value("")
    assert len(await rows("SELECT 1 FROM drafts WHERE publish_at IS NOT NULL")) == 1
    assert await rows("SELECT 1 FROM tweets") == []


async def test_other_words_are_another_draft(open_page: OpenPage, alice: Caller) -> None:
    await save(alice, "the first thought")
    page = await open_page("/drafts", viewer=alice)
    await page.locator(".saved-draft").get_by_role("button", name="Edit").click()
    await text_field(page).fill("")
    await text_field(page).fill("something else")
    await page.get_by_role("dialog").get_by_role("button", name="Tweet", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.goto("/")
    await expect(tweet(page, "something else")).to_be_visible()
    assert len(await rows("SELECT 1 FROM drafts")) == 1


async def test_the_focus_stays_where_one_works(open_page: OpenPage, alice: Caller) -> None:
    for words in ("one", "two", "three"):
        await save(alice, words)
    page = await open_page(viewer=alice)
    await begin(page, "half a thought")
    await page.get_by_role("button", name="Save as draft").click()
    await expect(text_field(page)).to_be_focused()
    await page.goto("/drafts")
    row = page.locator(".saved-draft")
    await row.filter(has_text="two").get_by_role("button", name="Delete").click()
    await expect(row).to_have_count(3)
    await expect(row.filter(has_text="one").get_by_role("button", name="Edit")).to_be_focused()
    await page.keyboard.press("Tab")
    for words in ("one", "three"):
        await page.keyboard.press("Enter")
        await expect(row.filter(has_text=words)).to_have_count(0)
        await expect(row.last.get_by_role("button", name="Edit")).to_be_focused()
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
