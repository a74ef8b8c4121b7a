"""A submitted tweet is published once however often it is sent, and is given back on request."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import outgoing, refuse, send_button, text_field, tweet
from tests.browser.writing import WORDS, begin_to_write, description, hold, is_published, write
from tests.callers import Caller

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("worker")]


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
    """Requests to tweet reach the server but their answers are lost; yields the statuses they had."""
    arrived: list[int] = []

    async def cut(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        arrived.append((await route.fetch()).status)
        await route.abort("connectionreset")

    await page.route("**/api/tweets", cut)
    return arrived


async def test_a_lost_answer_and_a_retry_publish_one_tweet(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    arrived = await lose_answers(page)
    await send_button(page).click()
    row = outgoing(page, WORDS)
    await expect(row).to_contain_text("Waiting for a connection. It will be sent automatically.")
    assert arrived == [201]
    await page.unroute("**/api/tweets")
    await row.get_by_role("button", name="Retry").click()
    await is_published(page, alice)


async def test_a_tweet_edited_after_a_lost_answer_says_that_it_was_published(
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
    await expect(row.get_by_role("alert")).to_contain_text("in its original wording")
    assert [one["content"] for one in await alice.timeline()] == [WORDS]
    await row.get_by_role("button", name="Send as a new tweet").click()
    await expect(tweet(page, "another wording")).to_be_visible()
    assert [len(one["media"]) for one in await alice.timeline()] == [1, 1]


async def test_repeated_presses_send_the_tweet_once(open_page: OpenPage, alice: Caller) -> None:
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


async def test_nothing_moves_when_a_sent_tweet_replaces_its_row(open_page: OpenPage, alice: Caller) -> None:
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
    # A row only has its true height once it has been drawn.
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    after = await tweet(page, "an older one").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2


async def test_another_user_of_the_browser_does_not_send_the_waiting_tweet(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
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


async def test_editing_one_tweet_puts_the_current_draft_aside(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await refuse(page, "**/api/tweets", 500, "internal_error")
    await send_button(page).click()
    await text_field(page).fill("the next one")
    await outgoing(page, WORDS).get_by_role("button", name="Edit").click()
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(description(page)).to_have_value("Green hills")
    aside = outgoing(page, "the next one")
    await expect(aside).to_contain_text("Not sent yet.")
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


async def test_a_tweet_sent_while_the_timeline_is_loading_appears_in_it(
    open_page: OpenPage, alice: Caller
) -> None:
    await alice.tweet("an older one")
    page = await open_page(viewer=alice)
    go_on = asyncio.Event()

    async def later(route: Route) -> None:
        answer = await route.fetch()
        await go_on.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/tweets?**", later)
    await page.reload()
    await text_field(page).fill(WORDS)
    await send_button(page).click()
    await expect(page.locator("[aria-live=polite]", has_text="Tweet sent")).to_have_count(1)
    go_on.set()
    await expect(tweet(page, "an older one")).to_be_visible()
    await expect(tweet(page, WORDS)).to_be_visible()
