"""Writing, liking and deleting tweets."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import pictures, waiting
from tests.browser.conftest import OpenPage
from tests.browser.parts import follows, like_button, refuse, send_button, text_field, tweet
from tests.callers import Caller


async def choose_picture(page: Page, name: str = "hills.png") -> None:
    picture = {"name": name, "mimeType": "image/png", "buffer": pictures.png(320, 200)}
    await page.locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]


@pytest.mark.usefixtures("worker")
async def test_a_tweet_with_a_described_picture_appears_at_the_top(
    open_page: OpenPage, alice: Caller
) -> None:
    await alice.tweet("an older one")
    page = await open_page(viewer=alice)
    await text_field(page).fill("from the hills")
    await choose_picture(page)
    await page.get_by_role("textbox", name="Description").fill("Green hills")
    await send_button(page).click()
    await expect(page.locator("#main article").first).to_contain_text("from the hills")
    await expect(page.get_by_role("button", name="Open picture: Green hills")).to_be_visible(timeout=20_000)
    await expect(text_field(page)).to_have_value("")


async def test_a_like_shows_at_once_and_is_saved(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    tweet_id = await bob.tweet("worth a like")
    page = await open_page(viewer=alice)
    like = like_button(tweet(page, "worth a like"))
    await like.click()
    await expect(like).to_have_attribute("aria-pressed", "true")
    await expect(like).to_contain_text("1")
    await page.reload()
    await expect(like).to_have_attribute("aria-pressed", "true")
    assert (await alice.read(tweet_id))["liked"] is True


async def test_a_failed_like_is_reverted_and_can_be_retried(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("worth a like")
    page = await open_page(viewer=alice)
    await refuse(page, "**/likes", 500, "internal_error")
    row = tweet(page, "worth a like")
    await like_button(row).click()
    await expect(row.get_by_role("alert")).to_contain_text("Something went wrong on the server.")
    await expect(like_button(row)).to_have_attribute("aria-pressed", "false")
    await page.unroute("**/likes")
    await row.get_by_role("button", name="Retry").click()
    await expect(like_button(row)).to_have_attribute("aria-pressed", "true")


async def test_a_deletion_can_be_undone_for_seven_seconds(open_page: OpenPage, alice: Caller) -> None:
    tweet_id = await alice.tweet("on second thought")
    page = await open_page(viewer=alice)
    await tweet(page, "on second thought").get_by_role("button", name="Delete tweet").click()
    await expect(tweet(page, "on second thought")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(tweet(page, "on second thought")).to_be_visible()
    assert (await alice.get(f"/api/tweets/{tweet_id}")).status == 200


async def test_leaving_the_page_carries_out_a_waiting_deletion(open_page: OpenPage, alice: Caller) -> None:
    tweet_id = await alice.tweet("gone for good")
    page = await open_page(viewer=alice)
    await tweet(page, "gone for good").get_by_role("button", name="Delete tweet").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.goto("about:blank")

    async def is_gone() -> bool:
        return (await alice.get(f"/api/tweets/{tweet_id}")).status == 404

    await waiting.until(is_gone)


async def test_only_the_users_own_tweets_can_be_deleted(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("not yours")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "not yours")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete tweet")).to_have_count(0)


async def test_newer_tweets_wait_until_they_are_asked_for(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("was here before")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "was here before")).to_be_visible()
    await bob.tweet("came in later")
    button = page.get_by_role("button", name="1 new tweet")
    await expect(button).to_be_visible(timeout=20_000)
    await expect(tweet(page, "came in later")).to_have_count(0)
    await button.click()
    await expect(page.locator("#main article").first).to_contain_text("came in later")


async def test_following_somebody_brings_their_tweets(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("for my followers")
    page = await open_page(viewer=alice)
    await page.get_by_role("tab", name="Following").click()
    await expect(page.get_by_text("Your timeline is empty")).to_be_visible()
    await page.get_by_role("tab", name="All").click()
    await tweet(page, "for my followers").get_by_role("link", name="bob").click()
    follow = page.get_by_role("main").get_by_role("button", name=follows("bob"))
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name="1 follower", exact=True).click()
    await expect(page.get_by_role("list").get_by_text("@alice")).to_be_visible()
    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("tab", name="Following").click()
    await expect(tweet(page, "for my followers")).to_be_visible()


async def test_links_are_safe_and_other_text_is_not_interpreted(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("<b>see</b> https://example.org/a(b). javascript:alert(1)")
    page = await open_page(viewer=alice)
    row = tweet(page, "<b>see</b>")
    link = row.get_by_role("link", name="example.org/a(b)")
    await expect(link).to_have_attribute("href", "https://example.org/a(b)")
    await expect(link).to_have_attribute("rel", "nofollow noopener noreferrer")
    await expect(row.locator("p a")).to_have_count(1)


@pytest.mark.usefixtures("worker")
async def test_pictures_chosen_by_keyboard_lead_to_their_descriptions(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).press_sequentially("two pictures")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Add pictures")).to_be_focused()
    files: list[Any] = [
        {"name": name, "mimeType": "image/png", "buffer": pictures.png(width)}
        for name, width in (("one.png", 300), ("two.png", 320))
    ]
    await page.locator("input[type=file]").set_input_files(files)
    description = page.get_by_label("Description")
    await expect(description).to_have_count(2)
    await expect(description.first).to_be_focused()
    await page.keyboard.type("a hill")
    await page.keyboard.press("Control+Enter")
    await expect(
        tweet(page, "two pictures").get_by_role("button", name="Open picture: a hill")
    ).to_be_visible()


@pytest.mark.usefixtures("worker")
async def test_whoever_forgot_to_describe_a_picture_is_reminded_once(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice, reminded=True)
    reminder = page.get_by_role("alert").filter(has_text="A picture has no description.")
    await text_field(page).fill("from the hills")
    await choose_picture(page)
    await send_button(page).click()
    await expect(reminder).to_be_visible()
    assert await alice.timeline() == []
    await page.get_by_role("textbox", name="Description").fill("Green hills")
    await send_button(page).click()
    await expect(tweet(page, "from the hills")).to_be_visible()
    await expect(reminder).to_have_count(0)
    # Whoever means it sends it all the same.
    await text_field(page).fill("no words for this")
    await choose_picture(page)
    await send_button(page).click()
    await reminder.get_by_role("button", name="Send anyway").click()
    await expect(tweet(page, "no words for this")).to_be_visible()
    # It can be turned off.
    await page.goto("/settings/appearance")
    await page.get_by_role("checkbox", name="Remind me to describe pictures").uncheck()
    await page.goto("/")
    await text_field(page).fill("another one")
    await choose_picture(page, "more.png")
    await send_button(page).click()
    await expect(tweet(page, "another one")).to_be_visible()
    assert [one["media"][0]["alt"] for one in await alice.timeline()] == ["", "", "Green hills"]
