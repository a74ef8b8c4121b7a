"""Two people in two browsers: each sees what the other does, without a reload or losing their place."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Route, expect

from tests import pictures
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import follows, is_live, like_button, send_button, still, text_field, tweet, whole
from tests.callers import Caller
from tests.waiting import PATIENCE

TOP = "document.querySelector('[data-row=\"{}\"]').getBoundingClientRect().top"


async def test_a_tweet_with_a_picture_is_announced_and_shown(
    open_page: OpenPage, alice: Caller, bob: Caller, worker: None
) -> None:
    await bob.tweet("was here")
    reader, writer = await open_page(viewer=alice), await open_page(viewer=bob)
    await is_live(reader)
    await text_field(writer).fill("look at this")
    await writer.locator("input[type=file]").first.set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg()}
    )
    await expect(writer.get_by_role("progressbar")).to_have_count(0)
    async with writer.expect_response("**/api/tweets") as answered:
        await send_button(writer).click()
    await answered.value
    button = reader.get_by_role("button", name="1 new tweet")
    await expect(button).to_be_visible()
    await button.click()
    await expect(tweet(reader, "look at this").locator("img")).to_be_visible()
    await expect(writer.get_by_role("button", name="new tweet")).to_have_count(0)


async def test_likes_deletions_names_and_follows_show_without_a_reload(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    doomed, kept = await bob.tweet("will go"), await bob.tweet("stays")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "stays")).to_be_visible()
    await is_live(page)
    await bob.post(f"/api/tweets/{kept}/likes")
    await expect(tweet(page, "stays").get_by_role("button", name="Like (1)")).to_be_visible()
    await bob.delete(f"/api/tweets/{doomed}")
    await expect(tweet(page, "will go")).to_have_count(0)
    await bob.patch("/api/users/me", json={"name": "Robert"})
    await expect(tweet(page, "stays").get_by_role("link", name="Robert")).to_be_visible()
    await tweet(page, "stays").get_by_role("link", name="Robert").click()
    await expect(page.get_by_role("link", name="0 followers")).to_be_visible()
    # On another device of alice's.
    await alice.post(f"/api/users/{bob.id}/follow")
    await expect(page.get_by_role("link", name="1 follower", exact=True)).to_be_visible()
    follow = page.get_by_role("main").get_by_role("button", name=follows("Robert"))
    await expect(follow).to_have_attribute("aria-pressed", "true")


async def test_a_users_own_like_on_another_device_shows_and_counts_once(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await bob.tweet("liked from two places")
    page = await open_page(viewer=alice)
    like = like_button(tweet(page, "liked from"))
    await expect(like).to_be_visible()
    await is_live(page)
    await alice.post(f"/api/tweets/{tweet_id}/likes")
    await expect(like).to_have_attribute("aria-pressed", "true")
    await expect(like).to_have_attribute("aria-label", "Like (1)")
    await like.click()
    await expect(like).to_have_attribute("aria-pressed", "false")
    for who in (bob, carol):
        await who.post(f"/api/tweets/{tweet_id}/likes")
    await expect(like).to_have_attribute("aria-label", "Like (2)")
    await expect(like).to_have_attribute("aria-pressed", "false")


async def test_a_users_own_tweet_stays_although_the_page_was_requested_before_it(
    open_page: OpenPage, alice: Caller
) -> None:
    """The stream opens, the page is reloaded, and alice tweets before the answer arrives."""
    await alice.tweet("the first")
    page, is_read = await open_page(), asyncio.Event()
    asked, tweeted = asyncio.Event(), asyncio.Event()

    async def open_late(route: Route) -> None:
        await is_read.wait()
        await route.continue_()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        if is_read.is_set():
            asked.set()
            await tweeted.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/stream", open_late)
    await page.route(re.compile(r"/api/tweets\?"), answer_late)
    await sign_in(page, alice)
    await expect(tweet(page, "the first")).to_be_visible()
    is_read.set()
    async with asyncio.timeout(PATIENCE):
        await asked.wait()
    await text_field(page).fill("the second")
    await send_button(page).click()
    await expect(tweet(page, "the second")).to_be_visible()
    async with page.expect_response(re.compile(r"/api/tweets\?")):
        tweeted.set()
    await still(page)
    await expect(tweet(page, "the second")).to_be_visible()


async def test_the_reading_position_stays_while_tweets_arrive_above_it(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    ids = [await bob.tweet(f"tweet {number}\nof two lines") for number in range(25)]
    page = await open_page(viewer=alice)
    await expect(tweet(page, "tweet 24")).to_be_visible()
    await whole(page)
    await is_live(page)
    await page.mouse.move(600, 500)
    await page.mouse.wheel(0, 1_200)
    await still(page)
    reading = await page.evaluate(
        "[...document.querySelectorAll('#main [data-row]')]"
        ".find((row) => row.getBoundingClientRect().top > 50).dataset.row"
    )
    top = await page.evaluate(TOP.format(reading))
    await bob.delete(f"/api/tweets/{ids[24]}")
    await bob.delete(f"/api/tweets/{ids[22]}")
    await bob.tweet("new above")
    await expect(page).to_have_title("(1) Home · Perch")
    await expect(tweet(page, "tweet 22")).to_have_count(0)
    await still(page)
    assert abs(await page.evaluate(TOP.format(reading)) - top) <= 2


async def test_tabs_share_one_stream_and_another_takes_over(
    open_page: OpenPage, alice: Caller, bob: Caller, perch: object
) -> None:
    await bob.tweet("first")
    one = await open_page(viewer=alice)
    await is_live(one)
    streams: list[str] = []
    two = await one.context.new_page()
    two.on("request", lambda request: streams.append(request.url) if "/api/stream" in request.url else None)
    await two.goto("/")
    await expect(tweet(two, "first")).to_be_visible()
    await is_live(two)
    await bob.tweet("second")
    for page in (one, two):
        await expect(page.get_by_role("button", name="1 new tweet")).to_be_visible()
    assert streams == []
    await one.close()
    await bob.tweet("third")
    await expect(two.get_by_role("button", name="2 new tweets")).to_be_visible()
    assert len(streams) == 1


async def test_events_missed_while_offline_are_shown_afterwards(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    doomed, kept = await bob.tweet("will go"), await bob.tweet("stays")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "stays")).to_be_visible()
    await is_live(page)
    await page.context.set_offline(True)
    await expect(page.locator(".connection")).to_contain_text("You're offline")
    await bob.delete(f"/api/tweets/{doomed}")
    await bob.post(f"/api/tweets/{kept}/likes")
    await bob.tweet("meanwhile")
    await page.context.set_offline(False)
    await expect(page.get_by_role("button", name="1 new tweet")).to_be_visible()
    await expect(tweet(page, "will go")).to_have_count(0)
    await expect(tweet(page, "stays").get_by_role("button", name="Like (1)")).to_be_visible()
    await expect(page.locator(".connection")).to_have_count(0)


async def test_a_revoked_key_is_reported_at_once_and_nothing_typed_is_lost(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    made = await alice.post("/api/keys", json={"name": "to be revoked"})
    page = await open_page(viewer=Caller(alice.send, made["key"], alice.id, alice.handle))
    await is_live(page)
    await page.clock.install()
    await text_field(page).fill("half written")
    await alice.delete(f"/api/keys/{made['key_id']}")
    await expect(page.get_by_text("Your key no longer works").first).to_be_visible()
    await expect(text_field(page)).to_have_value("half written")
    await page.clock.fast_forward(10_000)
    await still(page)
    await expect(page.locator(".connection")).to_have_count(0)


async def test_an_open_tweet_that_is_deleted_says_so(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    tweet_id = await bob.tweet("gone soon")
    page = await open_page(viewer=alice)
    await is_live(page)
    await tweet(page, "gone soon").get_by_role("link", name="now").click()
    await expect(page.locator(".tweet.large")).to_be_visible()
    await bob.delete(f"/api/tweets/{tweet_id}")
    await expect(page.get_by_text("Tweet not found")).to_be_visible()


async def test_writing_a_deleted_tweet_again_restores_its_text_and_pictures(
    open_page: OpenPage, alice: Caller, worker: None
) -> None:
    media_id = (await alice.upload(pictures.jpeg(), alt="a square"))["media_id"]
    await alice.tweet("with a mistake", [media_id])
    page = await open_page(viewer=alice)
    await tweet(page, "with a mistake").get_by_role("button", name="Delete tweet").click()
    await page.get_by_role("button", name="Edit as new").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_have_value("with a mistake")
    await expect(dialog.locator("li img")).to_have_count(1)
    await expect(dialog.get_by_role("textbox", name="Description")).to_have_value("a square")
    await expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert await alice.timeline() == []


async def test_profile_tabs_show_pictures_and_likes(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    liked = await bob.tweet("by bob")
    await alice.tweet("by alice")
    await alice.post(f"/api/tweets/{liked}/likes")
    page = await open_page(f"/users/{alice.id}", viewer=bob)
    await expect(tweet(page, "by alice")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Sections")
    await tabs.get_by_role("link", name="Likes").click()
    await expect(page).to_have_url(f"/users/{alice.id}/likes")
    await expect(tweet(page, "by bob")).to_be_visible()
    await tabs.get_by_role("link", name="Pictures").click()
    await expect(page.get_by_text("No pictures yet")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("No pictures yet")).to_be_visible()
