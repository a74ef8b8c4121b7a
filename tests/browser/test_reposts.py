"""Reposts: the button, who reposted, Following, the profile, undoing, hiding; live and by keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet, whole
from tests.callers import Caller, register

pytestmark = pytest.mark.whole


async def follow(who: Caller, *others: Caller) -> None:
    for other in others:
        assert (await who.post(f"/api/users/{other.id}/follow")).status == 200


async def repost(who: Caller, tweet_id: int) -> None:
    assert (await who.post(f"/api/tweets/{tweet_id}/reposts")).status == 200


def header(page: Page, text: str) -> Locator:
    return tweet(page, text).locator(".reposted-by")


async def test_a_repost_reaches_followers_live_and_can_be_undone(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, bob)
    tweet_id = await carol.tweet("worth reading")
    await bob.tweet("something of my own")
    theirs = await open_page("/following", viewer=alice)
    author = await open_page("/notifications", viewer=carol)
    page = await open_page(f"/tweets/{tweet_id}", viewer=bob)
    for one in (theirs, author, page):
        await is_live(one)
    button = page.get_by_role("button", name="Repost (0)")
    await button.click()
    await expect(page.get_by_role("button", name="Repost (1)")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Reposted by 1 person").click()
    await expect(page.locator(".likers").get_by_text("@bob")).to_be_visible()
    await theirs.get_by_role("button", name="1 new tweet").click()
    await expect(header(theirs, "worth reading")).to_have_text("bob reposted")
    await expect(author.get_by_text("bob reposted your tweet")).to_be_visible()
    await page.get_by_role("button", name="Repost (1)").click()
    await expect(page.get_by_role("button", name="Repost (0)")).to_have_attribute("aria-pressed", "false")
    await expect(tweet(theirs, "worth reading")).to_have_count(0)
    await author.reload()
    await expect(author.get_by_role("heading", name="No notifications yet")).to_be_visible()


async def test_several_reposts_show_once_with_their_names(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    dave, eve = [await register(alice.send, name) for name in ("dave", "eve")]
    await follow(alice, bob, carol, dave)
    tweet_id = await eve.tweet("liked by many")
    for who in (bob, carol):
        await repost(who, tweet_id)
    page = await open_page("/following", viewer=alice)
    await expect(header(page, "liked by many")).to_have_text("carol and bob reposted")
    await is_live(page)
    await repost(dave, tweet_id)
    await expect(header(page, "liked by many")).to_have_text("dave, carol, and 1 other reposted")
    await expect(tweet(page, "liked by many")).to_have_count(1)
    await expect(header(page, "liked by many").get_by_role("link", name="carol")).to_have_attribute(
        "href", f"/users/{carol.id}"
    )


async def test_reposts_are_on_the_profile_and_by_keyboard(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("repost me")
    page = await open_page(viewer=alice)
    await tweet(page, "repost me").focus()
    await page.keyboard.press("t")
    await expect(tweet(page, "repost me").get_by_role("button", name="Repost (1)")).to_be_visible()
    await page.goto(f"/users/{alice.id}")
    await expect(header(page, "repost me")).to_have_text("You reposted")
    await expect(page.get_by_role("article", name="You reposted bob repost me")).to_be_visible()
    await tweet(page, "repost me").focus()
    await page.keyboard.press("t")
    await expect(tweet(page, "repost me")).to_have_count(0)


async def test_what_is_for_some_people_only_has_no_button(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await follow(bob, alice)
    await alice.post("/api/tweets", json={"tweet_data": "for followers", "visibility": "followers"})
    page = await open_page("/following", viewer=bob)
    await expect(tweet(page, "for followers").get_by_role("button", name="Reply")).to_be_visible()
    await expect(tweet(page, "for followers").get_by_role("button", name="Repost")).to_have_count(0)
    own = await open_page("/following", viewer=alice)
    await expect(tweet(own, "for followers").get_by_role("button", name="Repost")).to_be_visible()


async def test_reposts_of_one_person_are_hidden_and_shown_again(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, bob)
    tweet_id = await carol.tweet("somebody else's")
    await bob.tweet("bob's own")
    await repost(bob, tweet_id)
    page = await open_page("/following", viewer=alice)
    await expect(tweet(page, "somebody else's")).to_be_visible()
    for row, name, shown in (
        ("somebody else's", "Hide reposts by @bob", 0),
        ("bob's own", "Show reposts by @bob", 1),
    ):
        await tweet(page, row).get_by_role("button", name="More").click()
        await page.get_by_role("button", name=name).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        if shown:
            await page.get_by_role("button", name="1 new tweet").click()
        await expect(tweet(page, "somebody else's")).to_have_count(shown)


async def test_a_followees_own_tweet_stays_when_the_repost_is_undone(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, bob, carol)
    tweet_id = await carol.tweet("far below")
    for number in range(32):
        await bob.tweet(f"number {number}")
    await repost(bob, tweet_id)
    page = await open_page("/following", viewer=alice)
    await expect(header(page, "far below")).to_have_text("bob reposted")
    await is_live(page)
    await whole(page)
    await page.get_by_role("feed").press("End")
    await expect(page.get_by_text("You've reached the end")).to_be_visible()
    await expect(tweet(page, "far below")).to_have_count(1)
    assert (await bob.delete(f"/api/tweets/{tweet_id}/reposts")).status == 200
    await expect(header(page, "far below")).to_have_count(0)
    await expect(page.get_by_role("feed").get_by_role("article").last).to_contain_text("far below")


async def test_a_mute_that_is_undone_gives_reposts_back_in_their_places(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, bob)
    tweet_id = await carol.tweet("carol's words")
    for number in range(3):
        await bob.tweet(f"number {number}")
    await repost(bob, tweet_id)
    page = await open_page("/following", viewer=alice)
    await tweet(page, "carol's words").get_by_role("button", name="More").click()
    await page.get_by_role("button", name="Mute @carol").click()
    await page.get_by_role("dialog").get_by_role("button", name="Mute", exact=True).click()
    await expect(tweet(page, "carol's words")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(header(page, "carol's words")).to_have_text("bob reposted")
    await expect(page.get_by_role("feed").get_by_role("article").first).to_contain_text("carol's words")


async def test_what_a_suspended_person_reposted_leaves_open_pages(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    dave = await register(alice.send, "dave")
    await follow(alice, bob)
    await repost(bob, await dave.tweet("dave's words"))
    page = await open_page("/following", viewer=alice)
    await expect(tweet(page, "dave's words")).to_be_visible()
    await is_live(page)
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    await expect(tweet(page, "dave's words")).to_have_count(0)


async def test_the_row_of_buttons_fits_on_a_phone(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    tweet_id = await alice.tweet("my own words")
    for act in ("likes", "reposts"):
        for who in (alice, bob):
            await who.post(f"/api/tweets/{tweet_id}/{act}")
    for width in (320, 360, 390):
        page = await open_page(viewer=alice, viewport={**PHONE, "width": width})
        await expect(tweet(page, "my own words")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        row = tweet(page, "my own words").locator(".actions")
        last = await row.get_by_role("button", name="More").bounding_box()
        assert last is not None
        assert last["x"] + last["width"] <= width
