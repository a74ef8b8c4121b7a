"""Who can see a tweet: chosen in the composer and in Settings, and shown on the tweet."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def write(page: Page, text: str, visibility: str) -> None:
    """Write a tweet for these people and send it."""
    await page.get_by_label("Tweet text").fill(text)
    await page.get_by_label("Who can see this tweet").select_option(visibility)
    await page.get_by_role("button", name="Tweet", exact=True).click()


async def test_a_tweet_goes_to_whom_it_was_written_for(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    followers = await open_page("/following", viewer=bob)
    others = await open_page(viewer=carol)
    for page in (followers, others):
        await is_live(page)
    page = await open_page("/following", viewer=alice)
    await write(page, "for followers", "Followers")
    await expect(tweet(page, "for followers").get_by_title("Visible to: Followers")).to_be_visible()
    await expect(tweet(followers, "for followers")).to_be_visible()
    # The next one is for everyone again, and the only one that others get.
    await page.get_by_label("Tweet text").fill("for all")
    await expect(page.get_by_label("Who can see this tweet")).to_have_value("public")
    await page.get_by_role("button", name="Tweet", exact=True).click()
    await expect(tweet(others, "for all")).to_be_visible()
    await expect(tweet(others, "for followers")).to_have_count(0)


async def test_private_tweets_have_a_tab_of_their_own(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    theirs = await open_page("/notifications/private", viewer=bob)
    await expect(theirs.get_by_text("No private tweets yet")).to_be_visible()
    await is_live(theirs)
    page = await open_page(viewer=alice)
    await write(page, "@bob, a word with you", "Only people mentioned (private)")
    # It isn't on Home, so the page says that it went.
    await expect(page.get_by_role("status").filter(has_text="Tweet sent")).to_be_visible()
    await expect(tweet(page, "a word with")).to_have_count(0)
    await expect(tweet(theirs, "a word with")).to_be_visible()
    # A reply to it can't be for more people, and appears on the other side.
    await tweet(theirs, "a word with").get_by_role("button", name="Reply").click()
    dialog = theirs.get_by_role("dialog")
    choice = dialog.get_by_label("Who can see this tweet")
    await expect(choice.get_by_role("option")).to_have_text(["Only people mentioned (private)"])
    await dialog.get_by_label("Text of the reply").fill("and one with you")
    await dialog.get_by_role("button", name="Reply", exact=True).click()
    await expect(theirs.get_by_role("status").filter(has_text="Reply sent")).to_be_visible()
    await page.goto("/notifications/private")
    await expect(tweet(page, "and one with you")).to_be_visible()
    await expect(tweet(page, "a word with")).to_be_visible()


async def test_the_default_is_chosen_in_settings(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings", viewer=alice)
    await page.get_by_label("Who can see your tweets").select_option("Followers")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert (await alice.get("/api/preferences"))["default_visibility"] == "followers"
    await page.goto("/")
    await page.get_by_label("Tweet text").fill("without a choice")
    await expect(page.get_by_label("Who can see this tweet")).to_have_value("followers")
    await page.get_by_role("button", name="Tweet", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Tweet sent")).to_be_visible()
    (found,) = (await alice.get("/api/tweets", params={"timeline": "following"}))["tweets"]
    assert found["visibility"] == "followers"


async def test_a_draft_keeps_whom_it_is_for(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_label("Tweet text").fill("not yet")
    await page.get_by_label("Who can see this tweet").select_option("Followers")
    await page.reload()
    await expect(page.get_by_label("Tweet text")).to_have_value("not yet")
    await expect(page.get_by_label("Who can see this tweet")).to_have_value("followers")


async def test_a_deleted_tweet_comes_back_for_the_same_people(open_page: OpenPage, alice: Caller) -> None:
    body = {"tweet_data": "to be rewritten", "visibility": "followers"}
    await alice.post("/api/tweets", json=body)
    page = await open_page("/following", viewer=alice)
    await tweet(page, "to be rewritten").get_by_role("button", name="Delete tweet").click()
    await page.get_by_role("button", name="Edit as new").click()
    await expect(page.get_by_role("dialog").get_by_label("Who can see this tweet")).to_have_value("followers")


async def test_who_can_reply_is_chosen_in_the_composer(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_label("Tweet text").fill("an announcement")
    await page.get_by_role("button", name="More options").click()
    await page.get_by_label("Who can reply", exact=True).select_option("Only I can reply")
    await page.get_by_role("button", name="Tweet", exact=True).click()
    await expect(tweet(page, "an announcement")).to_be_visible()
    (found,) = (await alice.get("/api/tweets"))["tweets"]
    body = {"tweet_data": "may I?", "in_reply_to_id": found["id"]}
    assert (await bob.post("/api/tweets", json=body)).error == (403, "replies_limited")
    # The next tweet is open again.
    await page.get_by_label("Tweet text").fill("and another")
    await expect(page.get_by_label("Who can reply", exact=True)).to_have_value("everyone")


async def test_what_the_composer_shows_is_what_is_sent(open_page: OpenPage, alice: Caller) -> None:
    await alice.patch("/api/preferences", json={"default_visibility": "followers"})
    page = await open_page("/following", viewer=alice)
    await page.get_by_label("Tweet text").fill("as shown")
    await expect(page.get_by_label("Who can see this tweet")).to_have_value("followers")
    # Meanwhile, another device chooses another default.
    await alice.patch("/api/preferences", json={"default_visibility": "public"})
    await page.get_by_role("button", name="Tweet", exact=True).click()
    await expect(tweet(page, "as shown").get_by_title("Visible to: Followers")).to_be_visible()
    (found,) = (await alice.get("/api/tweets", params={"timeline": "following"}))["tweets"]
    assert found["visibility"] == "followers"


async def test_rewriting_an_old_tweet_does_not_open_a_draft(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("an old one")
    await alice.patch("/api/preferences", json={"default_visibility": "followers"})
    page = await open_page(viewer=alice)
    await page.get_by_label("Tweet text").fill("not for all")
    await expect(page.get_by_label("Who can see this tweet")).to_have_value("followers")
    await tweet(page, "an old one").get_by_role("button", name="Delete tweet").click()
    await page.get_by_role("button", name="Edit as new").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Tweet text")).to_have_value("not for all\n\nan old one")
    await expect(dialog.get_by_label("Who can see this tweet")).to_have_value("followers")
