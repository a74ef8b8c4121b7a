"""Editing a tweet, and reading what it said before."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests import pictures
from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def choose(page: Page, text: str, item: str) -> None:
    """An item of this tweet's menu."""
    await tweet(page, text).get_by_role("button", name="More").click()
    await page.get_by_role("dialog").get_by_role("button", name=item, exact=True).click()


async def test_everyone_sees_an_edit_and_can_read_the_earlier_version(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("teh cat")
    theirs = await open_page(viewer=bob)
    await is_live(theirs)
    page = await open_page(viewer=alice)
    await choose(page, "teh cat", "Edit")
    dialog = page.get_by_role("dialog", name="Edit tweet")
    field = dialog.get_by_role("textbox", name="Tweet text")
    await expect(field).to_have_value("teh cat")
    await field.fill("the cat")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(tweet(page, "the cat")).to_be_visible()
    row = tweet(theirs, "the cat")
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="edited").click()
    history = theirs.get_by_role("dialog", name="Earlier versions")
    await expect(history).to_contain_text("teh cat")
    await expect(history.get_by_role("button", name="Delete version")).to_have_count(0)
    await choose(page, "the cat", "Edit")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(tweet(page, "the cat").get_by_role("button", name="More")).to_be_focused()
    await choose(page, "the cat", "Show earlier versions")
    mine = page.get_by_role("dialog", name="Earlier versions")
    await mine.get_by_role("button", name="Delete version").click()
    await mine.get_by_role("button", name="Delete for good").click()
    await expect(mine).to_contain_text("All earlier versions were deleted.")


@pytest.mark.usefixtures("worker")
async def test_pictures_and_their_descriptions_are_edited_with_it(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    media = (await alice.upload(pictures.jpeg(), alt="a hil"))["media_id"]
    tweet_id = await alice.tweet("a walk", [media])
    page = await open_page(viewer=alice)
    await choose(page, "a walk", "Edit")
    dialog = page.get_by_role("dialog", name="Edit tweet")
    description = dialog.get_by_role("textbox", name="Description")
    await expect(description).to_have_value("a hil")
    await description.fill("a hill")
    await dialog.get_by_role("textbox", name="Tweet text").focus()
    assert (await bob.read(tweet_id))["media"][0]["alt"] == "a hil", "only saving changes it"
    await dialog.locator("input[type=file]").set_input_files(
        {"name": "lake.png", "mimeType": "image/png", "buffer": pictures.png(300, 200)}
    )
    await expect(dialog.locator(".attachment")).to_have_count(2)
    await dialog.get_by_role("button", name="Save").click()
    await expect(tweet(page, "a walk").locator(".picture img")).to_have_count(2)
    shown = await bob.read(tweet_id)
    assert [one["alt"] for one in shown["media"]] == ["a hill", ""]
    await tweet(page, "a walk").get_by_role("button", name="edited").click()
    await expect(page.get_by_role("dialog").locator(".picture img")).to_have_count(1)


async def test_an_edit_that_is_closed_is_kept_and_a_refused_one_stays(
    open_page: OpenPage, alice: Caller
) -> None:
    tweet_id = await alice.tweet("before")
    page = await open_page(viewer=alice)
    await choose(page, "before", "Edit")
    await page.get_by_role("dialog").get_by_role("textbox", name="Tweet text").fill("half wri")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit tweet")
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_have_value("half wri")
    await alice.delete(f"/api/tweets/{tweet_id}")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_have_value("half wri")


async def test_others_tweets_cannot_be_edited(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.tweet("hers")
    page = await open_page(viewer=bob)
    await tweet(page, "hers").get_by_role("button", name="More").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Copy link")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Edit", exact=True)).to_have_count(0)


@pytest.mark.usefixtures("worker")
async def test_what_covered_an_earlier_version_still_covers_it(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    media = (await alice.upload(pictures.jpeg()))["media_id"]
    for body in (
        {"tweet_data": "the butler did it", "warning": "spoiler"},
        {"tweet_data": "a wound", "tweet_media_ids": [media], "sensitive": True},
    ):
        tweet_id = (await alice.post("/api/tweets", json=body))["tweet_id"]
        await alice.call("PUT", f"/api/tweets/{tweet_id}", json={"text": f"{body['tweet_data']}, edited"})
    page = await open_page(viewer=bob)
    history = page.get_by_role("dialog", name="Earlier versions")
    await tweet(page, "the butler did it, edited").get_by_role("button", name="edited").click()
    await expect(history).to_contain_text("spoiler")
    await expect(history).not_to_contain_text("the butler did it")
    await history.get_by_role("button", name="Show", exact=True).click()
    await expect(history).to_contain_text("the butler did it")
    await page.keyboard.press("Escape")
    await tweet(page, "a wound, edited").get_by_role("button", name="edited").click()
    await expect(history).to_contain_text("Sensitive picture")
    await expect(history.locator("img")).to_have_count(0)
    await history.get_by_role("button", name="Show picture").click()
    await expect(history.locator(".picture img")).to_have_count(1)
