"""Whatever fails, the text and pictures stay, and the error is shown beside them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Route, expect

from server.core.database.connection import rows
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import choose_pictures, outgoing, refuse, send_button, text_field, thumbnails, tweet
from tests.browser.writing import WORDS, begin_to_write, description, is_published, write
from tests.callers import Caller

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("worker")]


@pytest.mark.parametrize(
    ("status", "error_type", "sentence"),
    [
        (422, "invalid_body", "It did not work."),
        (429, "rate_limited", "Try again in 5 seconds"),
        (500, "internal_error", "Something went wrong on the server"),
        (503, "unavailable", "The server is busy"),
    ],
)
async def test_a_refused_tweet_is_kept_and_can_be_retried(
    open_page: OpenPage, alice: Caller, status: int, error_type: str, sentence: str
) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await refuse(page, "**/api/tweets", status, error_type)
    await send_button(page).click()
    row = outgoing(page, WORDS)
    await expect(row.get_by_role("alert")).to_contain_text(sentence)
    await expect(row.get_by_role("img", name="Green hills")).to_be_visible()
    await expect(text_field(page)).to_have_value("")
    await page.unroute("**/api/tweets")
    await row.get_by_role("button", name="Retry").click()
    await is_published(page, alice)


async def test_a_refused_tweet_is_still_there_after_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await refuse(page, "**/api/tweets", 500, "internal_error")
    await send_button(page).click()
    row = outgoing(page, WORDS)
    await expect(row.get_by_role("alert")).to_be_visible()
    await page.reload()
    await expect(row.get_by_role("alert")).to_contain_text("Something went wrong on the server")
    await page.unroute("**/api/tweets")
    await row.get_by_role("button", name="Retry").click()
    await is_published(page, alice)


async def test_with_a_revoked_key_the_tweet_waits_for_the_next_key(
    open_page: OpenPage, alice: Caller
) -> None:
    made = await alice.post("/api/keys", json={"name": "lost phone", "scopes": ["read", "write"]})
    page = await open_page(viewer=Caller(alice.send, made["key"], alice.id, "alice"))
    await write(page)
    await alice.delete(f"/api/keys/{made['key_id']}")
    await send_button(page).click()
    await expect(outgoing(page, WORDS).get_by_role("alert")).to_contain_text("no longer works")
    await page.reload()
    await expect(outgoing(page, WORDS)).to_be_visible()
    await sign_in(page, alice)
    await is_published(page, alice)


async def test_a_picture_that_is_too_large_affects_nothing_else(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()

    async def larger(route: Route) -> None:
        """Make the client believe that larger files are allowed, so that the server is what refuses."""
        answer = await route.fetch()
        told = await answer.json()
        told["instance"]["limits"]["media_max_bytes"] = 1 << 30
        await route.fulfill(response=answer, json=told)

    await page.route("**/api/instance", larger)
    await page.reload()
    await sign_in(page, alice)
    await write(page)
    await page.evaluate(
        """() => {
            const field = document.querySelector("input[type=file]");
            const chosen = new DataTransfer();
            const bytes = [new TextEncoder().encode("GIF89a"), new Uint8Array(11 << 20)];
            chosen.items.add(new File(bytes, "film.gif", {type: "image/gif"}));
            field.files = chosen.files;
            field.dispatchEvent(new Event("change"));
        }"""
    )
    await expect(thumbnails(page).last.get_by_role("alert")).to_contain_text("too large", timeout=20_000)
    await send_button(page).click()
    await expect(page.locator(".composer > .composer-body > .trouble")).to_contain_text(
        "picture couldn't be uploaded"
    )
    await expect(text_field(page)).to_have_value(WORDS)
    await thumbnails(page).last.get_by_role("button", name="Remove").click()
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_file_that_is_no_picture_affects_nothing_else(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    # The browser goes by the file's name; the server looks at the content.
    notes: Any = {"name": "notes.png", "mimeType": "image/png", "buffer": b"words " * 20}
    await page.locator("input[type=file]").set_input_files(notes)
    alert = thumbnails(page).last.get_by_role("alert")
    await expect(alert).to_contain_text("This file type isn't supported")
    # Neither would help.
    await expect(alert.get_by_role("button", name="Retry")).to_have_count(0)
    await expect(page.locator(".attachment").last.get_by_label("Description")).to_have_count(0)
    await thumbnails(page).last.get_by_role("button", name="Remove picture notes.png").click()
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_tweet_written_offline_is_sent_when_online_again(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await begin_to_write(page)
    await page.context.set_offline(True)
    await text_field(page).fill(WORDS)
    await expect(page.locator(".composer-body > .remarks")).to_contain_text("sent when you're back online")
    await send_button(page).click()
    await expect(outgoing(page, WORDS)).to_contain_text("It will be sent automatically.")
    await expect(outgoing(page, WORDS).get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_text("You're offline")).to_have_count(1)
    await page.context.set_offline(False)
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_a_picture_that_the_server_removed_is_uploaded_again(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await rows("UPDATE media_attachments SET state = 'removed' RETURNING id")
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_failed_upload_says_so_on_its_thumbnail_and_can_be_retried(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await refuse(page, "**/api/medias", 503, "unavailable")
    await choose_pictures(page, "hills.png")
    thumbnail = thumbnails(page)
    await description(page).fill("Green hills")
    await expect(thumbnail.get_by_role("alert")).to_contain_text("The server is busy")
    await page.unroute("**/api/medias")
    await thumbnail.get_by_role("button", name="Retry").click()
    await expect(thumbnail).to_have_attribute("data-state", "ready")
    await expect(description(page)).to_have_value("Green hills")
