"""The API key: always on the page, and always with its known state."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import text_field, tweet, until
from tests.callers import Caller


async def test_a_wrong_key_is_refused_in_the_field_where_it_was_typed(open_page: OpenPage) -> None:
    page = await open_page()
    field = page.locator("input[name=api-key]")
    await field.fill("no such key")
    await field.press("Enter")
    await expect(page.locator(".key-status")).to_contain_text("isn't valid on this server")
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
    await expect(field).to_have_attribute("spellcheck", "false")  # else it may go to a service that checks it
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
    await question.get_by_role("button", name="Sign out and remove them").click()
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
    await expect(page.locator(".key-status")).to_contain_text("isn't valid on this server")
    await sign_in(page, alice)
    await expect(tweet(page, "still here")).to_be_visible()


async def test_another_key_that_was_typed_offline_replaces_none_when_online_again(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    """Only whoever presses Enter is asked whether the key in use may go."""
    page = await open_page(viewer=alice)
    await expect(page.locator(".key-status")).to_contain_text("@alice")
    await page.context.set_offline(True)
    await page.locator("input[name=api-key]").fill(str(bob.key))
    await page.locator("input[name=api-key]").press("Enter")
    await expect(page.locator(".key-status")).not_to_contain_text("@alice")
    await page.context.set_offline(False)
    await alice.tweet("something new")
    await expect(tweet(page, "something new")).to_be_visible()
    assert await page.evaluate("localStorage['perch.key']") == f'"{alice.key}"'


async def test_password_managers_find_a_name_and_a_password(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    form = page.locator(".key-panel")
    await expect(form.locator("input[autocomplete=username]")).to_have_value("alice")
    await expect(form.locator("input[autocomplete=current-password]")).to_have_attribute("name", "api-key")


async def test_the_field_can_be_reached_before_the_timeline_and_loses_focus_after_signing_in(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("one of many")
    page = await open_page(viewer=alice)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(tweet(page, "one of many")).to_be_visible()
    order = await page.evaluate(
        """() => {
            const field = document.querySelector(".key-panel input[name=api-key]");
            const tweet = document.querySelector("#main article");
            return field.compareDocumentPosition(tweet) & Node.DOCUMENT_POSITION_FOLLOWING;
        }"""
    )
    assert order


@pytest.mark.parametrize("width", [390, 900])
async def test_on_narrow_screens_the_account_is_one_row_and_the_tweets_begin_soon(
    open_page: OpenPage, alice: Caller, bob: Caller, width: int
) -> None:
    await bob.tweet("first")
    page = await open_page(viewer=alice, viewport={"width": width, "height": 844})
    bar = await page.locator(".key-panel.bar").bounding_box()
    assert bar
    assert bar["height"] <= 46
    await expect(page.locator(".key-panel input[name=api-key]")).to_be_visible()
    first = await page.locator("#main article").first.bounding_box()
    assert first
    assert first["y"] <= (180 if width == 390 else 300)


async def test_enter_your_key_leads_to_the_key_field(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Enter your key").click()
    await expect(page.locator("input[name=api-key]")).to_be_focused()
    await page.keyboard.type(str(alice.key))
    await page.keyboard.press("Enter")
    await expect(page.locator(".key-status")).to_contain_text("@alice")


async def test_signing_in_without_a_key_says_what_is_missing(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator(".key-status")).to_contain_text("Enter your key first.")
    await expect(page.locator("input[name=api-key]")).to_be_focused()


async def test_the_whole_saved_file_may_be_pasted(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()
    await page.locator("input[name=api-key]").fill(f"Perch http://127.0.0.1:8000/ @alice {alice.key} ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".key-status")).to_contain_text("@alice")
    await expect(page.locator("input[name=api-key]")).to_have_value(str(alice.key))


async def test_a_tweet_written_signed_out_leads_to_signing_in_and_waits(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Write a tweet").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tweet text").fill("before signing in")
    await dialog.get_by_role("button", name="Tweet", exact=True).click()
    await dialog.get_by_role("button", name="Sign in").click()
    await expect(page.locator("input[name=api-key]")).to_be_focused()
    await page.keyboard.type(str(alice.key))
    await page.keyboard.press("Enter")
    await expect(text_field(page)).to_have_value("before signing in")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_list_of_shortcuts_has_its_words_when_it_first_opens(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    assert "shortcuts." not in await dialog.inner_text()
