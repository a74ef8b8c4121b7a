"""Whatever fails, the words and the pictures stay, and the failure stands beside them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from server.models.connection import rows
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import (
    choose_pictures,
    outgoing,
    refuse,
    send_button,
    text_field,
    thumbnails,
    tweet,
)
from tests.browser.test_reading import until
from tests.callers import Caller

WORDS = "not to be typed twice"

pytestmark = pytest.mark.usefixtures("worker")


def description(page: Page) -> Any:
    return page.get_by_role("textbox", name="Description")


async def write(page: Page) -> None:
    """Words, and a picture that the server has."""
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "hills.png")
    await description(page).fill("Green hills")
    await expect(thumbnails(page)).to_have_attribute("data-state", "ready")


async def is_published(page: Page, author: Caller) -> None:
    """The words and the described picture are there, once."""
    await expect(tweet(page, WORDS)).to_be_visible()
    await expect(outgoing(page, WORDS)).to_have_count(0)
    (only,) = await author.timeline()
    assert only["content"] == WORDS
    assert [one["alt"] for one in only["media"]] == ["Green hills"]


async def hold(page: Page, pattern: str) -> None:
    """Requests get no answer any more; the server does not see them."""

    async def wait(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()

    await page.route(pattern, wait)


async def begin_to_write(page: Page) -> None:
    """Who does fetches what sending needs, for a moment without a network."""
    await text_field(page).focus()
    for name in ("outgoing", "outbox", "publish", "attachments", "files", "new-tweets", "watch"):
        await until(
            page, f"performance.getEntriesByType('resource').some(one => one.name.endsWith('/{name}.js'))"
        )


@pytest.mark.parametrize(
    ("status", "error_type", "sentence"),
    [
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
    await expect(row.get_by_role("alert")).to_contain_text("The server made a mistake")
    await page.unroute("**/api/tweets")
    await row.get_by_role("button", name="Retry").click()
    await is_published(page, alice)


async def test_with_a_revoked_key_it_waits_for_the_next(open_page: OpenPage, alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "lost phone", "scopes": ["read", "write"]})
    page = await open_page(viewer=Caller(alice.send, made["key"], alice.id, "alice"))
    await write(page)
    await alice.delete(f"/api/keys/{made['key_id']}")
    await send_button(page).click()
    await expect(outgoing(page, WORDS).get_by_role("alert")).to_contain_text("no longer accepted")
    await page.reload()
    await expect(outgoing(page, WORDS)).to_be_visible()
    await sign_in(page, alice)
    await is_published(page, alice)


async def test_another_person_does_not_send_it(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    page = await open_page(viewer=alice)
    await begin_to_write(page)
    await text_field(page).fill(WORDS)
    await page.context.set_offline(True)
    await send_button(page).click()
    await expect(outgoing(page, WORDS)).to_be_visible()
    await hold(page, "**/api/tweets")
    await page.context.set_offline(False)
    await sign_in(page, bob)
    await expect(outgoing(page, WORDS)).to_have_count(0)
    await page.unroute("**/api/tweets")
    await sign_in(page, alice)
    await expect(tweet(page, WORDS)).to_be_visible()
    (only,) = await alice.timeline()
    assert only["author"]["handle"] == "alice"


async def test_a_picture_that_is_too_large_costs_nothing_else(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()

    async def larger(route: Route) -> None:
        """The client believes that more may be sent: so it is the server that refuses."""
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
        "picture has not been"
    )
    await expect(text_field(page)).to_have_value(WORDS)
    await thumbnails(page).last.get_by_role("button", name="Remove").click()
    await send_button(page).click()
    await is_published(page, alice)


async def test_what_is_not_a_picture_costs_nothing_else(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    # The browser goes by the name; the server looks at the content.
    notes: Any = {"name": "notes.png", "mimeType": "image/png", "buffer": b"words " * 20}
    await page.locator("input[type=file]").set_input_files(notes)
    alert = thumbnails(page).last.get_by_role("alert")
    await expect(alert).to_contain_text("not a picture that can be sent")
    await thumbnails(page).last.get_by_role("button", name="Remove picture notes.png").click()
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_tweet_written_offline_goes_when_there_is_a_network(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await begin_to_write(page)
    await page.context.set_offline(True)
    await text_field(page).fill(WORDS)
    await expect(page.locator(".remarks")).to_contain_text("You are offline")
    await send_button(page).click()
    await expect(outgoing(page, WORDS).get_by_role("alert")).to_contain_text("You are offline")
    await page.context.set_offline(False)
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_a_draft_survives_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await page.reload()
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(page.locator(".remarks")).to_contain_text("restored")
    await expect(description(page)).to_have_value("Green hills")
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_tab_closed_in_the_middle_of_an_upload_loses_nothing(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await hold(page, "**/api/medias")
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "hills.png")
    await description(page).fill("Green hills")
    await expect(thumbnails(page)).to_have_attribute("data-state", "uploading")
    await is_kept(page)
    await page.close()
    page = await page.context.new_page()
    await page.goto("/")
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(thumbnails(page)).to_have_attribute("data-state", "ready")
    await send_button(page).click()
    await is_published(page, alice)


async def is_kept(page: Page) -> None:
    """The file and the draft are written: what a crash would find."""
    await page.wait_for_function(
        """async words => {
            const draft = JSON.parse(localStorage.getItem("perch.draft") ?? "{}");
            if (draft.text !== words || draft.media?.[0]?.alt !== "Green hills") return false;
            const database = await new Promise((resolve) => {
                const request = indexedDB.open("perch");
                request.onsuccess = () => resolve(request.result);
            });
            const files = await new Promise((resolve) => {
                const request = database.transaction("files").objectStore("files").count();
                request.onsuccess = () => resolve(request.result);
            });
            database.close();
            return files === 1;
        }""",
        arg=WORDS,
    )


async def test_a_tab_closed_while_it_sends_does_not_send_twice(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    arrived = asyncio.Event()

    async def answer_nobody(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            arrived.set()
        else:
            await route.continue_()

    await page.route("**/api/tweets", answer_nobody)
    await send_button(page).click()
    await arrived.wait()
    await page.close()
    page = await page.context.new_page()
    await page.goto("/")
    await is_published(page, alice)


async def lose_answers(page: Page) -> list[int]:
    """Tweets reach the server, and their answers nobody; the statuses that they had."""
    arrived: list[int] = []

    async def cut(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        arrived.append((await route.fetch()).status)
        await route.abort("connectionreset")

    await page.route("**/api/tweets", cut)
    return arrived


async def test_a_lost_answer_and_a_retry_make_one_tweet(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    arrived = await lose_answers(page)
    await send_button(page).click()
    row = outgoing(page, WORDS)
    await expect(row.get_by_role("alert")).to_contain_text("cannot be reached")
    await expect(row).to_contain_text("tried again by itself")
    assert arrived == [201]
    await page.unroute("**/api/tweets")
    await row.get_by_role("button", name="Retry").click()
    await is_published(page, alice)


async def test_what_was_sent_and_edited_after_a_lost_answer_says_so(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await lose_answers(page)
    await send_button(page).click()
    await outgoing(page, WORDS).get_by_role("button", name="Edit").click()
    await expect(text_field(page)).to_have_value(WORDS)
    await text_field(page).fill("another wording")
    await page.unroute("**/api/tweets")
    await send_button(page).click()
    row = outgoing(page, "another wording")
    await expect(row.get_by_role("alert")).to_contain_text("as you first wrote it")
    assert [one["content"] for one in await alice.timeline()] == [WORDS]
    await row.get_by_role("button", name="Send as a new tweet").click()
    await expect(tweet(page, "another wording")).to_be_visible()
    assert [len(one["media"]) for one in await alice.timeline()] == [1, 1]


async def test_pressed_twice_it_is_sent_once(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await page.evaluate(
        """() => {
            const field = document.querySelector(".composer textarea");
            const keys = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true };
            for (let n = 0; n < 3; n += 1) field.dispatchEvent(new KeyboardEvent("keydown", keys));
            document.querySelector(".composer .primary").click();
        }"""
    )
    await expect(tweet(page, WORDS)).to_have_count(1)
    await text_field(page).fill("the next one")
    await text_field(page).press("Control+Enter")
    await expect(tweet(page, "the next one")).to_be_visible()
    assert [one["content"] for one in await alice.timeline()] == ["the next one", WORDS]


async def test_nothing_moves_when_a_tweet_takes_its_rows_place(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("an older one")
    page = await open_page(viewer=alice)
    await write(page)
    go_on = asyncio.Event()

    async def later(route: Route) -> None:
        if route.request.method == "POST":
            await go_on.wait()
        await route.continue_()

    await page.route("**/api/tweets", later)
    await send_button(page).click()
    picture = outgoing(page, WORDS).get_by_role("img", name="Green hills")
    await expect(picture).to_have_js_property("complete", True)
    before = await tweet(page, "an older one").bounding_box()
    go_on.set()
    await expect(tweet(page, WORDS)).to_be_visible()
    await expect(outgoing(page, WORDS)).to_have_count(0)
    # A row has its true height once it has been drawn.
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    after = await tweet(page, "an older one").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2


async def test_a_picture_that_the_server_removed_is_sent_again(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await rows("UPDATE media_attachments SET state = 'removed' RETURNING id")
    await send_button(page).click()
    await is_published(page, alice)


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


async def test_editing_one_tweet_puts_the_other_aside(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await refuse(page, "**/api/tweets", 500, "internal_error")
    await send_button(page).click()
    await text_field(page).fill("the next one")
    await outgoing(page, WORDS).get_by_role("button", name="Edit").click()
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(description(page)).to_have_value("Green hills")
    aside = outgoing(page, "the next one")
    await expect(aside).to_contain_text("Put aside")
    await page.reload()
    await expect(text_field(page)).to_have_value(WORDS)
    await aside.get_by_role("button", name="Edit").click()
    await expect(text_field(page)).to_have_value("the next one")
    await page.unroute("**/api/tweets")
    await outgoing(page, WORDS).get_by_role("button", name="Send").click()
    await is_published(page, alice)


async def test_a_discarded_tweet_can_be_brought_back(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await refuse(page, "**/api/tweets", 500, "internal_error")
    await send_button(page).click()
    row = outgoing(page, WORDS)
    await row.get_by_role("button", name="Discard").click()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(row.get_by_role("alert")).to_be_visible()
    await row.get_by_role("button", name="Discard").click()
    await page.reload()
    await expect(text_field(page)).to_be_visible()
    await expect(row).to_have_count(0)


async def test_two_tabs_do_not_eat_each_others_words(open_page: OpenPage, alice: Caller) -> None:
    one = await open_page(viewer=alice)
    two = await one.context.new_page()
    await two.goto("/")
    await expect(two.locator(".key-status")).to_contain_text("@alice")
    await text_field(one).fill("in the first")
    # Nobody has typed in the second one, so it follows.
    await expect(text_field(two)).to_have_value("in the first")
    both = "in the first, and more"
    await text_field(two).fill(both)
    await expect(text_field(one)).to_have_value(both)
    # Both at once, before either has heard of the other.
    await stop_hearing(one)
    await stop_hearing(two)
    await text_field(one).fill("what the first says")
    await text_field(two).fill("what the second says")
    await two.wait_for_function(
        "() => Object.keys(localStorage).some(name => name.startsWith('perch.outbox.'))"
    )
    await one.close()
    await two.close()
    three = await two.context.new_page()
    await three.goto("/")
    await expect(text_field(three)).to_have_value("what the first says")
    await expect(outgoing(three, "what the second says")).to_contain_text("Put aside")


async def stop_hearing(page: Page) -> None:
    """What other tabs store is not heard in time."""
    await page.evaluate(
        "addEventListener('storage', event => event.stopImmediatePropagation(), {capture: true})"
    )


async def test_pictures_are_sent_in_the_order_that_was_chosen(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "a.png", "b.png", "c.png")
    for number, name in enumerate("abc"):
        await description(page).nth(number).fill(name)
    right = page.get_by_role("button", name="Move a.png right")
    await right.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-live=polite]", has_text="Picture 2 of 3")).to_have_count(1)
    await expect(right).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(right).to_have_attribute("aria-disabled", "true")
    # b, c, a; and the mouse takes c before b.
    await thumbnails(page).nth(1).locator("img").drag_to(thumbnails(page).nth(0).locator("img"))
    await page.reload()
    for number, name in enumerate("cba"):
        await expect(description(page).nth(number)).to_have_value(name)
    await send_button(page).click()
    await expect(tweet(page, WORDS)).to_be_visible()
    (only,) = await alice.timeline()
    assert [one["alt"] for one in only["media"]] == ["c", "b", "a"]
