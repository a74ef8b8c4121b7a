"""Whatever fails, the words stay, and the failure stands beside them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests import pictures
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import refuse, send_button, text_field, tweet
from tests.callers import Caller

WORDS = "not to be typed twice"


@pytest.mark.parametrize(
    ("status", "error_type", "sentence"),
    [
        (401, "invalid_key", "Your key is no longer accepted"),
        (413, "too_large", "too large"),
        (415, "unsupported_media_type", "not a picture that can be sent"),
        (422, "invalid_body", "It did not work."),
        (429, "rate_limited", "Try again in 5 seconds"),
        (500, "internal_error", "The server made a mistake"),
        (503, "unavailable", "The server is busy"),
    ],
)
async def test_a_refused_tweet_is_kept_and_can_be_retried(
    open_page: OpenPage, alice: Caller, status: int, error_type: str, sentence: str
) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await refuse(page, "**/api/tweets", status, error_type)
    await send_button(page).click()
    alert = page.locator(".composer").get_by_role("alert")
    await expect(alert).to_contain_text(sentence)
    await expect(text_field(page)).to_have_value(WORDS)
    await page.unroute("**/api/tweets")
    await alert.get_by_role("button", name="Retry").click()
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_a_tweet_written_offline_is_kept(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await page.context.set_offline(True)
    await expect(page.locator(".remarks")).to_contain_text("You are offline")
    await send_button(page).click()
    await expect(page.locator(".composer").get_by_role("alert")).to_be_visible()
    await expect(text_field(page)).to_have_value(WORDS)
    await page.context.set_offline(False)
    await page.locator(".composer").get_by_role("button", name="Retry").click()
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_a_draft_survives_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await page.reload()
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(page.locator(".remarks")).to_contain_text("restored")


async def test_words_typed_before_signing_in_stay(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()
    await text_field(page).fill(WORDS)
    await send_button(page).click()
    await expect(page.locator(".composer").get_by_role("alert")).to_contain_text("Sign in with your API key")
    await sign_in(page, alice)
    await expect(text_field(page)).to_have_value(WORDS)
    await send_button(page).click()
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_closing_the_composer_keeps_the_draft(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings", viewer=alice)
    await page.get_by_role("button", name="Write a tweet").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Tweet text").fill(WORDS)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("link", name="Home").click()
    await expect(text_field(page)).to_have_value(WORDS)


@pytest.mark.usefixtures("worker")
async def test_a_failed_upload_says_so_on_its_thumbnail_and_can_be_retried(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await refuse(page, "**/api/medias", 503, "unavailable")
    picture = {"name": "hills.png", "mimeType": "image/png", "buffer": pictures.png()}
    await page.locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]
    thumbnail = page.locator(".attachment")
    await page.get_by_role("textbox", name="Description").fill("Green hills")
    await expect(thumbnail.get_by_role("alert")).to_contain_text("The server is busy")
    await page.unroute("**/api/medias")
    await thumbnail.get_by_role("button", name="Retry").click()
    await expect(thumbnail).to_have_attribute("data-state", "ready")
    await expect(page.get_by_role("textbox", name="Description")).to_have_value("Green hills")


async def test_what_is_not_a_picture_is_refused_without_losing_the_words(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"words"}
    await page.locator("input[type=file]").set_input_files(notes)  # type: ignore[arg-type]
    thumbnail = page.locator(".attachment")
    await expect(thumbnail.get_by_role("alert")).to_contain_text("not a picture that can be sent")
    await thumbnail.get_by_role("button", name="Remove picture notes.txt").click()
    await send_button(page).click()
    await expect(tweet(page, WORDS)).to_be_visible()
