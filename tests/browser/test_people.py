"""People: those to follow, beside the column or below an empty timeline, and one's own followers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from server.core.database.connection import rows
from tests.browser.conftest import OpenPage
from tests.browser.parts import follows
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_people_are_followed_beside_the_column(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet()
    page = await open_page(viewer=alice)
    await page.set_viewport_size({"width": 1366, "height": 900})
    box = page.get_by_role("complementary").get_by_role("region", name="People to follow")
    async with page.expect_response("**/follow"):
        await box.get_by_role("button", name=follows("bob")).click()
    await expect(box.get_by_role("button", name=follows("bob"))).to_have_attribute("aria-pressed", "true")
    # The row stays until the page is opened anew, so that a slip can be undone.
    await expect(box.get_by_role("link", name="bob")).to_be_visible()
    async with page.expect_response("**/api/users/suggestions"):
        await page.reload()
    await expect(box).to_have_count(0)
    following = await alice.get(f"/api/users/{alice.id}/following")
    assert [user["handle"] for user in following["users"]] == ["bob"]


async def test_on_a_phone_they_are_below_an_empty_timeline(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet()
    page = await open_page(viewer=alice)
    await page.set_viewport_size({"width": 390, "height": 844})
    box = page.get_by_role("region", name="People to follow")
    await expect(box).to_have_count(0)
    await page.get_by_role("tab", name="Following").click()
    await expect(box.get_by_role("button", name=follows("bob"))).to_be_visible()


async def test_a_follower_is_removed_from_the_list_of_ones_own(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    for caller in (bob, carol):
        await caller.post(f"/api/users/{alice.id}/follow")
    page = await open_page(f"/users/{alice.id}/followers", viewer=alice)
    await page.get_by_role("button", name="Remove bob from your followers").click()
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Remove bob from your followers").click()
    await page.get_by_role("button", name="Remove follower").click()
    await expect(page.locator("#main .person", has_text="bob")).to_contain_text("Removed")
    followers = await alice.get(f"/api/users/{alice.id}/followers")
    assert [user["handle"] for user in followers["users"]] == ["carol"]
    # Nobody can do that to others.
    await page.goto(f"/users/{bob.id}/followers")
    await expect(page.get_by_role("heading", name="No followers yet")).to_be_visible()
    await page.goto(f"/users/{alice.id}/following")
    await expect(page.get_by_role("button", name="Remove")).to_have_count(0)


async def test_a_profiles_pictures_lead_to_their_tweets(open_page: OpenPage, alice: Caller) -> None:
    (picture,) = await rows(
        "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height, alt) "
        "VALUES ($1, $2, 'ready', 'image/jpeg', 8, 8, 'a hill') RETURNING id",
        "0" * 32,
        alice.id,
    )
    await alice.tweet("with a picture", [picture["id"]])
    page = await open_page(f"/users/{alice.id}/media", viewer=alice)
    tiles = page.get_by_role("group", name="Tweets with pictures by alice").get_by_role("link")
    await expect(tiles).to_have_count(1)
    await page.get_by_role("link", name="Tweet with a picture: a hill").click()
    await expect(page.get_by_role("heading", name="Tweet", exact=True)).to_be_visible()
    await expect(page.get_by_text("with a picture")).to_be_visible()
