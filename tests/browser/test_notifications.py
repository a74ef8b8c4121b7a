"""Notifications, mentions and hashtags in the browser."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_the_number_of_unread_ones_is_live_and_goes_when_they_are_seen(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("before, @alice")
    page = await open_page(viewer=alice)
    badge = page.locator(".nav-link .badge")
    await expect(badge).to_have_text("1")
    await expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    mine = await alice.tweet("mine")
    await bob.post(f"/api/tweets/{mine}/likes")
    await expect(badge).to_have_text("2")
    await page.get_by_role("link", name="Notifications, 2 unread").click()
    await expect(page.get_by_role("heading", name="Notifications")).to_be_visible()
    rows = page.locator(".notification")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("bob liked your tweet")
    await expect(rows.first.get_by_role("link", name="mine")).to_have_attribute("href", f"/tweets/{mine}")
    await expect(tweet(page, "before, @alice")).to_be_visible()
    await expect(page.locator(".notification.unread")).to_have_count(2)
    await expect(badge).to_have_count(0)
    await page.reload()
    await expect(rows).to_have_count(2)
    await expect(page.locator(".notification.unread")).to_have_count(0)


async def test_what_is_read_here_is_read_in_other_tabs(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    one, two = await open_page(viewer=alice), await open_page(viewer=alice)
    await bob.tweet("hello @alice")
    for page in (one, two):
        await expect(page.locator(".nav-link .badge")).to_have_text("1")
    await one.keyboard.press("g")
    await one.keyboard.press("n")
    await expect(tweet(one, "hello @alice")).to_be_visible()
    await expect(two.locator(".nav-link .badge")).to_have_count(0)


async def many(open_page: OpenPage, alice: Caller, bob: Caller, count: int, *, shown: int) -> Page:
    """Alice's page once so many mentions by Bob have notified her, with those of the first page."""
    for number in range(count):
        await bob.tweet(f"{number} for @alice")
    page = await open_page("/notifications", viewer=alice)
    await expect(page.locator(".notification")).to_have_count(shown)
    return page


async def test_new_ones_appear_at_the_top_and_wait_for_a_reader_further_down(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await many(open_page, alice, bob, 20, shown=20)
    await bob.tweet("seen at once by @alice")
    await expect(tweet(page, "seen at once by @alice")).to_be_visible()
    await page.evaluate("scrollTo(0, 900)")
    await bob.tweet("waits for @alice")
    show = page.get_by_role("button", name="Show new notifications")
    await expect(show).to_be_attached()
    await expect(tweet(page, "waits for @alice")).to_have_count(0)
    await show.click()
    await expect(tweet(page, "waits for @alice")).to_be_in_viewport()


async def test_what_comes_after_its_reader_has_scrolled_down_waits(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await many(open_page, alice, bob, 31, shown=30)
    await is_live(page)
    asked, scrolled = asyncio.Event(), asyncio.Event()

    async def come_late(route: Route) -> None:
        asked.set()
        await scrolled.wait()
        await route.continue_()

    await page.route("**/api/notifications?*", come_late)
    await bob.tweet("waits for @alice")
    await asked.wait()
    await page.evaluate("scrollTo(0, 900)")
    loading = page.locator(".more button[aria-busy=true]")
    await expect(loading).to_have_count(1)
    scrolled.set()
    await expect(loading).to_have_count(0)
    await expect(page.get_by_role("button", name="Show new notifications")).to_be_attached()
    await expect(tweet(page, "waits for @alice")).to_have_count(0)


async def test_replies_and_mentions_and_new_followers_have_tabs(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    mine = await alice.tweet("mine")
    await bob.reply(mine, "a reply")
    for caller in (bob, carol):
        await caller.post(f"/api/tweets/{mine}/likes")
        await caller.post(f"/api/users/{alice.id}/follow")
    page = await open_page("/notifications", viewer=alice, viewport=PHONE)
    await expect(page.locator(".notification")).to_have_count(3)
    await page.get_by_role("link", name="Mentions").click()
    await expect(page.locator(".notification")).to_have_count(1)
    await expect(tweet(page, "a reply")).to_be_visible()
    await page.get_by_role("link", name="Followers", exact=True).click()
    await expect(page.locator(".notification")).to_have_count(1)
    await expect(page.locator(".notification")).to_contain_text("carol and bob followed you")
    await page.go_back()
    await expect(tweet(page, "a reply")).to_be_visible()


async def test_by_keyboard_a_like_opens_the_tweet(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    mine = await alice.tweet("mine")
    await bob.post(f"/api/tweets/{mine}/likes")
    page = await open_page("/notifications", viewer=alice)
    await expect(page.locator(".notification")).to_have_count(1)
    await page.keyboard.press("j")
    await expect(page.locator(".notification")).to_be_focused()
    await page.keyboard.press("o")
    await expect(page).to_have_url(re.compile(f"/tweets/{mine}$"))


async def test_mentions_of_members_and_hashtags_are_links(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("hi @Alice and @nobody: #Walks, example.com")
    page = await open_page(viewer=alice)
    row = tweet(page, "hi @Alice and @nobody")
    await expect(row.get_by_role("link", name="@nobody")).to_have_count(0)
    await expect(row.get_by_role("link", name="example.com")).to_have_attribute("target", "_blank")
    await row.get_by_role("link", name="@Alice").click()
    await expect(page).to_have_url(re.compile("/@alice$"))
    await expect(page.locator(".profile-head")).to_contain_text("alice")
    await page.go_back()
    await row.get_by_role("link", name="#Walks").click()
    await expect(page).to_have_url(re.compile("/hashtags/Walks$"))
    await expect(page.get_by_role("heading", name="#Walks")).to_be_visible()
    await expect(row).to_be_visible()
    await is_live(page)
    # New tweets wait above, however the hashtag is written.
    await bob.tweet("one more on #walks")
    await page.get_by_role("button", name="1 new tweet").click()
    await expect(tweet(page, "one more on #walks")).to_be_visible()


async def test_a_hashtag_that_nobody_used_says_so(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/hashtags/%D0%BC%D0%B8%D1%80", viewer=alice)
    await expect(page.get_by_role("heading", name="No tweets with #мир yet")).to_be_visible()


async def test_notifications_just_seen_stay_highlighted_if_an_old_unread_count_arrives(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("before, @alice")
    page = await open_page("/bookmarks", viewer=alice)
    await is_live(page)
    counted, may_arrive = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        counted.set()
        await may_arrive.wait()
        await route.fulfill(response=answer)

    async def once_counted(route: Route) -> None:
        await counted.wait()
        await route.continue_()

    await page.route("**/api/notifications/unread", late, times=1)
    await page.route("**/api/notifications/read", once_counted)
    async with page.expect_response("**/api/notifications/read"):
        await page.goto("/notifications")
    await expect(page.locator(".notification.unread")).to_have_count(1)

    async with page.expect_response("**/api/notifications?*") as again:  # the list is read again
        may_arrive.set()
    await (await again.value).finished()
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await expect(page.locator(".notification.unread")).to_have_count(1)
    await expect(page).to_have_title(re.compile(r"^Notifications"))


async def test_what_happens_while_the_list_is_being_read_is_shown_too(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet("mine")
    page = await open_page("/notifications", viewer=alice)
    await expect(page.get_by_text("No notifications yet")).to_be_visible()
    await is_live(page)
    being_read, may_arrive = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        being_read.set()
        await may_arrive.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/notifications?*", late, times=1)
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await being_read.wait()
    await bob.post(f"/api/users/{alice.id}/follow")
    await expect(page).to_have_title(re.compile(r"^\(2\) Notifications"))
    may_arrive.set()
    await expect(page.locator("#main .notification")).to_have_count(2)
