"""What else can be followed: hashtags, and each new tweet of somebody (the bell)."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import follows, is_live, refuse, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_a_hashtag_is_followed_from_its_page_and_its_tweets_come_to_following(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("begun with #Perch")
    home = await open_page("/following", viewer=alice)
    await is_live(home)
    page = await open_page("/hashtags/perch", viewer=alice)
    await is_live(page)
    button = page.get_by_role("button", name=follows("#perch"))
    await expect(button).to_have_text("Follow")
    await button.click()
    await expect(button).to_have_text("Following")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(tweet(home, "begun with")).to_be_visible()
    await bob.tweet("more of #perch")
    await home.get_by_role("button", name="1 new tweet").click()
    await expect(tweet(home, "more of")).to_be_visible()
    settings = await open_page("/settings/people", viewer=alice)
    await is_live(settings)
    await expect(settings.get_by_role("link", name="#perch")).to_be_visible()
    await settings.get_by_role("button", name=follows("#perch")).click()
    await expect(settings.get_by_role("button", name=follows("#perch"))).to_have_text("Follow")
    # The other tabs hear of it.
    await expect(button).to_have_text("Follow")
    await expect(tweet(home, "more of")).to_have_count(0)


async def test_a_follow_that_is_refused_is_taken_back_and_says_why(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page("/hashtags/perch", viewer=alice, viewport=PHONE)
    button = page.get_by_role("button", name=follows("#perch"))
    await expect(button).to_have_text("Follow")
    await refuse(page, "**/api/hashtags/perch/follow", 422, "too_many_hashtags")
    await button.click()
    await expect(page.get_by_role("alert")).to_have_text(
        "You've reached the limit for followed hashtags. Unfollow one first."
    )
    await expect(button).to_have_attribute("aria-pressed", "false")
    await page.unroute("**/api/hashtags/perch/follow")
    await page.get_by_role("button", name="Retry").click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_nothing_followed_says_how_to(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings/people", viewer=alice)
    await expect(page.get_by_text("You don't follow any hashtags.")).to_be_visible()


async def test_the_bell_waits_for_the_answer_to_the_follow(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(f"/users/{bob.id}", viewer=alice)
    await is_live(page)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route(f"**/api/users/{bob.id}/follow", hold)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.get_by_role("region", name="About bob").get_by_role("button", name=follows("bob")).click()
    bell = page.get_by_role("button", name="Notify me when @bob tweets")
    await bell.click()
    await expect(bell).to_have_attribute("aria-pressed", "true")
    assert not any(url.endswith("/notify") for url in asked)
    held.set()
    await expect(page.get_by_text("You'll be notified when @bob tweets.")).to_be_visible()
    await expect(bell).to_have_attribute("aria-pressed", "true")
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["notify"] is True


@pytest.mark.usefixtures("worker")
async def test_the_bell_of_a_profile_notifies_of_new_tweets(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(f"/users/{bob.id}", viewer=alice)
    other = await open_page(f"/users/{bob.id}", viewer=alice)
    for one in (page, other):
        await is_live(one)
    bell = page.get_by_role("button", name="Notify me when @bob tweets")
    follow = page.get_by_role("region", name="About bob").get_by_role("button", name=follows("bob"))
    await expect(follow).to_be_visible()
    await expect(bell).to_have_count(0)
    await follow.click()
    await expect(bell).to_have_attribute("aria-pressed", "false")
    await bell.press("Enter")
    await expect(page.get_by_text("You'll be notified when @bob tweets.")).to_be_visible()
    await expect(bell).to_have_attribute("aria-pressed", "true")
    await expect(other.get_by_role("button", name="Notify me when @bob tweets")).to_have_attribute(
        "aria-pressed", "true"
    )
    await bob.tweet("news from bob")
    await page.get_by_role("link", name="Notifications, 1 unread").click()
    await expect(page.get_by_text("New tweet")).to_be_visible()
    await expect(tweet(page, "news from bob")).to_be_visible()
    # Whoever follows anew begins without it.
    follow = other.get_by_role("region", name="About bob").get_by_role("button", name=follows("bob"))
    await follow.click()
    await follow.click()
    await expect(other.get_by_role("button", name="Notify me when @bob tweets")).to_have_attribute(
        "aria-pressed", "false"
    )
