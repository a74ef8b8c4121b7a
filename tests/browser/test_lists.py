"""Lists of people: making one, who is on it, its timeline, and what it keeps off Following."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, refuse, tweet
from tests.callers import Caller
from tests.waiting import until

pytestmark = pytest.mark.whole


async def make(page: Page, title: str) -> None:
    await page.get_by_role("textbox", name="New list").fill(title)
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def members(caller: Caller, title: str = "Birds") -> list[str]:
    (found,) = [one for one in (await caller.get("/api/lists"))["lists"] if one["title"] == title]
    return [one["handle"] for one in (await caller.get(f"/api/lists/{found['id']}/members"))["users"]]


async def test_a_list_is_made_filled_and_read_live(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.tweet("an owl")
    page = await open_page(viewer=alice)
    await page.get_by_role("link", name="Lists").click()
    await expect(page.get_by_text("No lists yet")).to_be_visible()
    await make(page, "Birds")
    await page.get_by_role("button", name="Add people").click()
    dialog = page.get_by_role("dialog", name="Add people")
    await expect(dialog.get_by_role("searchbox", name="Add people")).to_be_focused()
    await dialog.get_by_role("searchbox", name="Add people").fill("@bo")
    await dialog.get_by_role("button", name="Add @bob").click()
    await expect(dialog.get_by_role("button", name="Remove @bob").last).to_be_visible()
    await dialog.get_by_role("searchbox", name="Add people").fill("nobody at all")
    await expect(dialog.get_by_text("Nobody found")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("heading", name="Birds")).to_be_focused()
    await expect(tweet(page, "an owl")).to_be_visible()
    assert await members(alice) == ["bob"]
    await is_live(page)
    await carol.tweet("a wren")
    await bob.tweet("a crow")
    await page.get_by_role("button", name="1 new tweet").click()
    await expect(tweet(page, "a crow")).to_be_visible()
    await expect(tweet(page, "a wren")).to_have_count(0)
    await page.get_by_role("link", name="Lists").click()
    await expect(page.get_by_role("link", name="Birds 1 person")).to_be_visible()


async def test_an_exclusive_list_keeps_its_people_off_following(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    for one in (bob, carol):
        await alice.post(f"/api/users/{one.id}/follow")
    await bob.tweet("an owl")
    await carol.tweet("a wren")
    number = (await alice.post("/api/lists", json={"title": "Birds"}))["list"]["id"]
    await alice.post(f"/api/lists/{number}/members/{bob.id}")
    following = await open_page("/following", viewer=alice)
    await expect(tweet(following, "an owl")).to_be_visible()
    await is_live(following)
    page = await open_page(f"/lists/{number}", viewer=alice)
    await page.get_by_role("button", name="Edit list").click()
    dialog = page.get_by_role("dialog", name="Edit list")
    await dialog.get_by_role("textbox", name="Name").fill("Owls")
    await dialog.get_by_role("radio", name="None").check()
    await dialog.get_by_role("checkbox", name="Keep these people off Following").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Save")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Owls")).to_be_visible()
    await expect(tweet(following, "an owl")).to_have_count(0)
    await expect(tweet(following, "a wren")).to_be_visible()
    await bob.tweet("a crow")
    await carol.tweet("a robin")
    await following.get_by_role("button", name="1 new tweet").click()
    await expect(tweet(following, "a robin")).to_be_visible()
    await expect(tweet(following, "a crow")).to_have_count(0)
    # Deleting it brings them back.
    await page.get_by_role("button", name="Edit list").click()
    await dialog.get_by_role("button", name="Delete list").click()
    await expect(dialog.get_by_text("The list is deleted for good.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await dialog.get_by_role("button", name="Delete list").click()
    await expect(page.get_by_text("No lists yet")).to_be_visible()
    await following.reload()
    await expect(tweet(following, "an owl")).to_be_visible()
    await page.goto(f"/lists/{number}")
    await expect(page.get_by_role("heading", name="List not found").first).to_be_visible()


async def test_a_persons_menu_puts_them_on_lists(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.post("/api/lists", json={"title": "Birds"})
    page = await open_page(f"/users/{bob.id}", viewer=alice, viewport=PHONE)
    more = page.get_by_role("region", name="About bob").get_by_role("button", name="More")
    dialog = page.get_by_role("dialog")

    async def choose() -> None:
        await more.click()
        await dialog.get_by_role("button", name="Add to or remove from lists").click()
        await expect(dialog.get_by_role("heading", name="Lists for @bob")).to_be_focused()

    await choose()
    box = dialog.get_by_role("checkbox", name="Birds")
    await expect(box).not_to_be_checked()
    await refuse(page, f"**/members/{bob.id}", 500, "internal_error")
    await box.click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(box).not_to_be_checked()
    await page.unroute(f"**/members/{bob.id}")
    await dialog.get_by_role("button", name="Retry").click()
    await expect(box).to_be_checked()

    async def is_on_list() -> bool:
        return await members(alice) == ["bob"]

    await until(is_on_list)
    await dialog.get_by_role("textbox", name="New list").fill("Gardens")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("checkbox", name="Gardens")).to_be_checked()
    assert await members(alice, "Gardens") == ["bob"]
    await dialog.get_by_role("button", name="Close").click()
    await choose()
    await expect(dialog.get_by_role("checkbox", name="Gardens")).to_be_checked()
    await dialog.get_by_role("checkbox", name="Birds").click()

    async def is_empty() -> bool:
        return await members(alice) == []

    await until(is_empty)


async def test_changes_that_were_not_saved_can_be_gone_on_with(open_page: OpenPage, alice: Caller) -> None:
    number = (await alice.post("/api/lists", json={"title": "Birds"}))["list"]["id"]
    page = await open_page(f"/lists/{number}", viewer=alice)
    await page.get_by_role("button", name="Edit list").click()
    dialog = page.get_by_role("dialog", name="Edit list")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    notice = page.get_by_text("Your changes to the list weren't saved.")
    await expect(notice).to_have_count(0)
    await page.get_by_role("button", name="Edit list").click()
    await dialog.get_by_label("Name").fill("Owls")
    await page.keyboard.press("Escape")
    await expect(notice).to_be_visible()
    await page.locator(".toast").get_by_role("button", name="Edit list").click()
    await expect(dialog.get_by_label("Name")).to_have_value("Owls")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Owls")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(notice).to_have_count(0)
