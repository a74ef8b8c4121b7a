"""Whom a mention may mean, suggested while it is typed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import text_field, tweet
from tests.callers import Caller, register

pytestmark = pytest.mark.whole


async def test_a_mention_is_completed_by_keyboard(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await register(alice.send, "boris", name="Борис")
    page = await open_page(viewer=alice)
    field, people = text_field(page), page.get_by_role("listbox", name="Suggested people")
    await field.press_sequentially("hi @bo")
    await expect(people.get_by_role("option")).to_have_count(2)
    await expect(people.get_by_role("option", selected=True)).to_contain_text("@bob")
    await expect(field).to_have_attribute("aria-autocomplete", "list")
    await page.keyboard.press("ArrowDown")
    chosen = people.get_by_role("option", selected=True)
    await expect(chosen).to_contain_text("Борис")
    assert await field.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("hi @boris ")
    await expect(people).to_have_count(0)
    await field.press_sequentially("and @Бор")
    await expect(people.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("hi @boris and @boris ")
    await expect(field).to_be_focused()
    # Enter is a new line again, and Escape only closes the list.
    await page.keyboard.press("Enter")
    await field.press_sequentially("@bo")
    await expect(people).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(people).to_have_count(0)
    await expect(field).to_be_focused()
    await expect(field).to_have_value("hi @boris and @boris \n@bo")
    await page.keyboard.press("Control+Enter")
    await expect(tweet(page, "hi @boris").get_by_role("link", name="@boris")).to_have_count(2)


async def test_a_reply_suggests_the_people_of_the_conversation_first(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await alice.tweet("hello @carol, hello @carol")
    await bob.tweet("with @carol and @alice")
    page = await open_page(viewer=alice, viewport=PHONE)
    await tweet(page, "with @carol and @alice").get_by_role("button", name="Reply").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox", name="Text of the reply")
    await field.press_sequentially("@")
    options = dialog.get_by_role("listbox").get_by_role("option")
    await expect(options).to_have_count(2)
    await expect(options.nth(0)).to_contain_text("@bob")
    await expect(options.nth(1)).to_contain_text("@carol")
    await options.nth(1).click()
    await expect(field).to_have_value("@carol ")
    await expect(field).to_be_focused()


async def test_an_address_or_nothing_that_fits_opens_no_list(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    field, people = text_field(page), page.get_by_role("listbox")
    await field.press_sequentially("mail@bo")
    await page.wait_for_timeout(500)
    await expect(people).to_have_count(0)
    async with page.expect_response("**/completions**"):
        await field.press_sequentially(" @zz")
    await expect(people).to_have_count(0)


async def test_a_hashtag_is_completed_as_others_wrote_it(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("about #PerchBirds and #perching")
    await bob.tweet("more #perchbirds")
    page = await open_page(viewer=alice)
    field, hashtags = text_field(page), page.get_by_role("listbox", name="Suggested hashtags")
    await field.press_sequentially("see #per")
    await expect(hashtags.get_by_role("option")).to_have_text(["#PerchBirds", "#perching"])
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("see #PerchBirds ")
    await expect(hashtags).to_have_count(0)
    # One that is written to its end, or has no letter yet, leaves nothing to choose.
    await field.press_sequentially("#perching")
    await expect(hashtags).to_have_count(0)
    await field.press_sequentially(" and https://example.org/#per")
    await expect(hashtags).to_have_count(0)
