"""Reading: keeping the place, the keyboard, phones, another language, and the dark theme."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import waiting
from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, like_button, still, tweet, until, whole
from tests.callers import Caller

FOCUSED = "document.activeElement.dataset.row"
TOP = "document.activeElement.getBoundingClientRect().top"


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_j_and_k_move_the_focus_and_l_likes(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    older, newer = await bob.tweet("older"), await bob.tweet("newer")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "older")).to_be_visible()
    await page.evaluate("document.activeElement.blur()")
    await press(page, "j")
    await expect(page.locator(f"[data-row='{newer}']")).to_be_focused()
    await press(page, "j")
    await expect(page.locator(f"[data-row='{older}']")).to_be_focused()
    await press(page, "k", "l")
    await expect(like_button(tweet(page, "newer"))).to_have_attribute("aria-pressed", "true")
    await press(page, "o")
    await expect(page).to_have_url(f"/tweets/{newer}")
    # Also where the page's own part of the client had to be fetched first.
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await press(page, "g", "b")
    await expect(page.get_by_role("heading", level=1, name="Bookmarks")).to_be_focused()


async def test_going_back_returns_to_the_same_tweet_at_the_same_height(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    for number in range(45):
        await bob.tweet(f"tweet number {number}\n" * (number % 4 + 1))
    page = await open_page(viewer=alice)
    await expect(tweet(page, "number 44").first).to_be_visible()
    await whole(page)
    await page.evaluate("document.activeElement.blur()")
    await press(page, *["j"] * 25)
    await expect(page.locator("[data-row='21']")).to_be_focused()
    await still(page)
    row, top = await page.evaluate(FOCUSED), await page.evaluate(TOP)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await press(page, "Enter")
    await expect(page.locator(".tweet.large")).to_be_visible()
    await page.go_back()
    await expect(page.locator(f"[data-row='{row}']")).to_be_focused()
    await still(page)
    assert await page.evaluate(TOP) == pytest.approx(top, abs=2)
    assert [url for url in requests if "/api/tweets?" in url] == []


async def test_a_press_that_slides_off_a_button_opens_nothing(open_page: OpenPage, alice: Caller) -> None:
    number = await alice.tweet("hello")
    page = await open_page(viewer=alice)
    row = tweet(page, "hello")
    words = row.get_by_text("hello", exact=True)
    await like_button(row).hover()
    await page.mouse.down()
    await words.hover()
    await page.mouse.up()
    await expect(like_button(row)).to_have_attribute("aria-pressed", "false")
    assert page.url.endswith("/")
    await words.click()
    await page.wait_for_url(f"**/tweets/{number}")


async def test_each_tab_keeps_its_own_scroll_position(open_page: OpenPage, alice: Caller) -> None:
    for number in range(20):
        await alice.tweet(f"tweet number {number}")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "number 19").first).to_be_visible()
    await whole(page)
    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, 700)
    await until(page, "scrollY > 600")
    await page.evaluate("document.getElementById('tab-following').click()")
    await expect(page.get_by_role("tab", name="Following")).to_have_attribute("aria-selected", "true")
    await until(page, "scrollY === 0")
    await page.evaluate("document.getElementById('tab-all').click()")
    await until(page, "scrollY > 600")


async def test_more_tweets_are_loaded_towards_the_end(open_page: OpenPage, alice: Caller) -> None:
    for number in range(70):
        await alice.tweet(f"tweet number {number}")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "number 69").first).to_be_visible()
    await whole(page)
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(tweet(page, "number 10").first).to_be_attached()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(page.get_by_text("You've reached the end")).to_be_attached()
    await expect(page.locator("#main article")).to_have_count(70)


async def test_russian_and_the_dark_theme_can_be_chosen_and_are_remembered(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page("/settings/appearance", viewer=alice)
    await page.get_by_label("Русский", exact=True).check()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Настройки")
    await page.get_by_label("Тёмная").check()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Настройки")
    scheme = "[document.documentElement.lang, getComputedStyle(document.documentElement).colorScheme]"
    assert await page.evaluate(scheme) == ["ru", "dark"]


async def test_the_browsers_language_is_the_default(open_page: OpenPage) -> None:
    page = await open_page(locale="ru-RU")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Главная")


async def test_the_skip_link_is_first_and_leads_to_the_content(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_an_unknown_address_says_so(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/no/where", viewer=alice)
    await expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    await page.get_by_role("link", name="Go to Home").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Home")


async def test_a_new_key_is_shown_once_and_can_be_revoked(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings/keys", viewer=alice)
    await page.get_by_label("Key name").fill("laptop")
    await page.get_by_role("button", name="Create key").click()
    key = await page.locator(".secret-value").inner_text()
    assert (await alice.raw("GET", "/api/users/me", headers={"api-key": key})).status_code == 200
    await page.get_by_role("button", name="I've saved it").click()
    await expect(page.get_by_text(key)).to_have_count(0)
    await page.get_by_role("button", name="Revoke laptop").click()
    await page.get_by_role("button", name="Revoke now").click()
    await expect(page.get_by_text("laptop")).to_have_count(0)
    assert (await alice.raw("GET", "/api/users/me", headers={"api-key": key})).status_code == 401


async def test_home_leads_to_its_top_from_further_down(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    for number in range(30):
        await bob.tweet(f"tweet number {number}")
    page = await open_page(viewer=alice)
    await whole(page)

    async def top_by(lead: Coroutine[Any, Any, None]) -> None:
        await page.evaluate("scrollTo(0, 1200)")
        await still(page)
        await lead
        await until(page, "scrollY === 0")

    await top_by(page.get_by_role("link", name="Home").click())
    await top_by(page.locator(".brand").click())
    await top_by(press(page, "g", "h"))


async def test_a_like_without_a_connection_is_sent_when_there_is_one(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    number = await bob.tweet("likeable")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "likeable")).to_be_visible()
    await is_live(page)  # what a like needs is here
    await page.context.set_offline(True)
    await like_button(tweet(page, "likeable")).click()
    await expect(tweet(page, "likeable")).to_contain_text("This needs a connection")
    await page.context.set_offline(False)
    await expect(like_button(tweet(page, "likeable"))).to_have_attribute("aria-pressed", "true")
    await expect(tweet(page, "likeable")).not_to_contain_text("connection")

    async def is_counted() -> bool:  # the page is ahead of the server
        return bool((await bob.read(number))["likes_count"] == 1)

    await waiting.until(is_counted)
