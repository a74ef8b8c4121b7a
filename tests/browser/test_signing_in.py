"""The API key: always on the page, and always with its known state."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import text_field, tweet, until
from tests.callers import Caller


async def test_a_wrong_key_is_refused_in_the_field_where_it_was_typed(open_page: OpenPage) -> None:
    page = await open_page()
    field = page.locator("input[name=api-key]")
    await field.fill("no such key")
    await field.press("Enter")
    await expect(page.locator(".key-status")).to_contain_text("not known here")
    await expect(field).to_have_value("no such key")
    await expect(field).to_have_attribute("aria-invalid", "true")


async def test_the_right_key_shows_the_viewer_and_the_timeline(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("the first of all")
    page = await open_page()
    await expect(page.get_by_text("Perch is for members")).to_be_visible()
    await sign_in(page, alice)
    await expect(tweet(page, "the first of all")).to_be_visible()


async def test_the_key_is_kept_over_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.reload()
    await expect(page.locator(".key-status")).to_contain_text("@alice")


async def test_the_key_can_be_shown_and_hidden(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    field = page.locator("input[name=api-key]")
    await expect(field).to_have_attribute("type", "password")
    await page.get_by_role("button", name="Show key").click()
    await expect(field).to_have_attribute("type", "text")


async def test_signing_out_leaves_nothing_of_the_viewer_behind(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("members only")
    page = await open_page(viewer=alice)
    await text_field(page).fill("half a thought")
    await expect(tweet(page, "members only")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    question = page.get_by_role("dialog", name="Sign out?")
    await question.get_by_role("button", name="Cancel").click()
    await expect(text_field(page)).to_have_value("half a thought")
    await page.get_by_role("button", name="Sign out").click()
    await question.get_by_role("button", name="Sign out and remove it").click()
    await expect(tweet(page, "members only")).to_have_count(0)
    await expect(text_field(page)).to_have_value("")
    stored = await page.evaluate("Object.keys(localStorage).filter((name) => !name.includes('preference'))")
    assert stored == []
    await until(page, "indexedDB.databases().then((all) => all.length === 0)")


async def test_a_revoked_key_can_be_replaced(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("still here")
    made = await alice.post("/api/keys", json={"name": "old", "scopes": ["read", "write"]})
    page = await open_page(viewer=Caller(alice.send, made["key"], alice.id, "alice"))
    await alice.delete(f"/api/keys/{made['key_id']}")
    await page.reload()
    await expect(page.locator(".key-status")).to_contain_text("not known here")
    await sign_in(page, alice)
    await expect(tweet(page, "still here")).to_be_visible()
