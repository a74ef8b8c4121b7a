"""Drafts are kept from the first letter, with their pictures, across reloads and in every tab."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.parts import choose_pictures, outgoing, send_button, text_field, thumbnails, tweet
from tests.browser.writing import WORDS, description, hold, is_published, write
from tests.callers import Caller

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("worker")]


async def test_a_draft_survives_a_reload(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    await page.reload()
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(page.locator(".composer-body > .remarks")).to_contain_text("restored")
    await expect(description(page)).to_have_value("Green hills")
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_tab_closed_in_the_middle_of_an_upload_loses_nothing(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await hold(page, "**/api/medias")
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "hills.png")
    await description(page).fill("Green hills")
    await expect(thumbnails(page)).to_have_attribute("data-state", "uploading")
    await is_kept(page)
    await page.close()
    page = await page.context.new_page()
    await page.goto("/")
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(thumbnails(page)).to_have_attribute("data-state", "ready")
    await send_button(page).click()
    await is_published(page, alice)


async def is_kept(page: Page) -> None:
    """The file and the draft have been written, so that they would be found after a crash."""
    await page.wait_for_function(
        """async words => {
            const viewer = JSON.parse(localStorage.getItem("perch.viewer")).id;
            const draft = JSON.parse(localStorage.getItem(`perch.draft.${viewer}.new`) ?? "{}");
            if (draft.text !== words || draft.media?.[0]?.alt !== "Green hills") return false;
            const database = await new Promise((resolve) => {
                const request = indexedDB.open("perch");
                request.onsuccess = () => resolve(request.result);
            });
            const files = await new Promise((resolve) => {
                const request = database.transaction("files").objectStore("files").count();
                request.onsuccess = () => resolve(request.result);
            });
            database.close();
            return files === 1;
        }""",
        arg=WORDS,
    )


async def test_text_typed_before_signing_in_is_kept(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page()
    await text_field(page).fill(WORDS)
    await send_button(page).click()
    await expect(page.locator(".composer").get_by_role("alert")).to_contain_text("Sign in with your API key")
    await sign_in(page, alice)
    await expect(text_field(page)).to_have_value(WORDS)
    await send_button(page).click()
    await expect(tweet(page, WORDS)).to_be_visible()


async def test_closing_the_composer_keeps_the_draft(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings", viewer=alice)
    await page.get_by_role("button", name="Write a tweet").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Tweet text").fill(WORDS)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("link", name="Home").click()
    await expect(text_field(page)).to_have_value(WORDS)


async def test_two_tabs_do_not_overwrite_each_others_drafts(open_page: OpenPage, alice: Caller) -> None:
    one, two = await two_tabs(open_page, alice)
    await text_field(one).fill("in the first")
    # Nobody has typed in the second tab, so it follows the first.
    await expect(text_field(two)).to_have_value("in the first")
    both = "in the first, and more"
    await text_field(two).fill(both)
    await expect(text_field(one)).to_have_value(both)
    # Both tabs at once, before either has been told about the other.
    tell_one, tell_two = await delay_hearing(one), await delay_hearing(two)
    await text_field(one).fill("what the first says")
    await one.wait_for_function(DRAFT_STORED, arg="what the first says")
    await text_field(two).fill("what the second says")
    await two.wait_for_function(DRAFT_STORED, arg="what the second says")
    await tell_two()
    await tell_one()
    await one.wait_for_function(PUT_ASIDE)
    await one.close()
    await two.close()
    three = await two.context.new_page()
    await three.goto("/")
    await expect(text_field(three)).to_have_value("what the second says")
    await expect(outgoing(three, "what the first says")).to_contain_text("Not sent yet.")


async def test_a_tab_that_finds_another_draft_stored_puts_its_own_aside(
    open_page: OpenPage, alice: Caller
) -> None:
    one, two = await two_tabs(open_page, alice)
    await delay_hearing(two, stale=False)
    await text_field(one).fill("what the first says")
    await two.wait_for_function(DRAFT_STORED, arg="what the first says")
    await text_field(two).fill("what the second says")
    await two.wait_for_function(PUT_ASIDE)
    await expect(text_field(one)).to_have_value("what the first says")


DRAFT_STORED = """text => Object.entries(localStorage).some(
  ([name, value]) => name.startsWith("perch.draft.") && JSON.parse(value).text === text)"""
PUT_ASIDE = "() => Object.keys(localStorage).some(name => name.startsWith('perch.outbox.'))"


# Before any listener of the page, because a window calls its listeners in their order.
HEARING = """
  const late = [];
  addEventListener("storage", event => {
    if (window.hears ?? true) return;
    late.push(event);
    event.stopImmediatePropagation();
  });
  window.hearNow = () => {
    window.hears = true;
    late.splice(0).forEach(event => dispatchEvent(new StorageEvent("storage", event)));
  };
"""


async def two_tabs(open_page: OpenPage, viewer: Caller) -> tuple[Page, Page]:
    """Open Home in two tabs of one browser."""
    one = await open_page(viewer=viewer)
    await one.context.add_init_script(HEARING)
    await one.reload()
    two = await one.context.new_page()
    await two.goto("/")
    for page in (one, two):
        await expect(page.locator(".key-status")).to_contain_text("@alice")
        await expect(text_field(page)).to_have_value("")
    return one, two


async def delay_hearing(page: Page, *, stale: bool = True) -> Callable[[], Awaitable[None]]:
    """Delay the news of what other tabs store until the function returned is called.

    A browser's processes are told of each other's storage after the fact: ``stale`` makes the page read what
    it knew until then, except for what it stores itself.
    """
    await page.evaluate(
        """stale => {
          window.hears = false;
          const {getItem, setItem} = Storage.prototype;
          const known = stale ? {...localStorage} : {};
          Storage.prototype.getItem = function (name) {
            return (window.hears ? null : known[name]) ?? getItem.call(this, name);
          };
          Storage.prototype.setItem = function (name, value) {
            delete known[name];
            setItem.call(this, name, value);
          };
        }""",
        stale,
    )

    async def tell() -> None:
        await page.evaluate("hearNow()")

    return tell


async def test_pictures_are_sent_in_the_order_that_was_chosen(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill(WORDS)
    await choose_pictures(page, "a.png", "b.png", "c.png")
    for number, name in enumerate("abc"):
        await description(page).nth(number).fill(name)
    right = page.get_by_role("button", name="Move a.png right")
    await right.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-live=polite]", has_text="Picture 2 of 3")).to_have_count(1)
    await expect(right).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(right).to_have_attribute("aria-disabled", "true")
    # The order is b, c, a; then c is dragged before b with the mouse.
    await thumbnails(page).nth(1).locator("img").drag_to(thumbnails(page).nth(0).locator("img"))
    await page.reload()
    for number, name in enumerate("cba"):
        await expect(description(page).nth(number)).to_have_value(name)
    await send_button(page).click()
    await expect(tweet(page, WORDS)).to_be_visible()
    (only,) = await alice.timeline()
    assert [one["alt"] for one in only["media"]] == ["c", "b", "a"]


async def test_a_draft_stays_with_its_account_if_another_tab_signs_in_as_somebody_else(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await write(page)
    other = await page.context.new_page()
    await other.goto("/")
    await expect(text_field(other)).to_have_value(WORDS)
    await sign_in(other, bob)
    for tab in (other, page):
        await expect(tab.locator(".key-panel")).to_contain_text("@bob")
        await expect(text_field(tab)).to_have_value("")
        await expect(thumbnails(tab)).to_have_count(0)
    await text_field(page).fill("from bob")
    await expect(text_field(other)).to_have_value("from bob")
    await sign_in(page, alice)
    for tab in (page, other):
        await expect(text_field(tab)).to_have_value(WORDS)
        await expect(description(tab)).to_have_value("Green hills")
    await send_button(page).click()
    await is_published(page, alice)


async def test_a_draft_typed_before_signing_in_sets_an_older_one_aside(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await text_field(page).fill("older")
    await sign_in(page, bob)
    await expect(text_field(page)).to_have_value("")
    # What the browser holds for nobody, as if it had been typed before anyone signed in.
    await page.evaluate(
        """() => {
            localStorage.removeItem("perch.key");
            localStorage.removeItem("perch.viewer");
        }"""
    )
    await page.reload()
    await text_field(page).fill(WORDS)
    await sign_in(page, alice)
    await expect(text_field(page)).to_have_value(WORDS)
    await expect(outgoing(page, "older")).to_be_visible()


async def test_the_draft_of_an_earlier_version_is_still_there(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    draft = json.dumps({"text": WORDS, "media": []})
    await page.evaluate("draft => localStorage.setItem('perch.draft', draft)", draft)
    await page.reload()
    await expect(text_field(page)).to_have_value(WORDS)
    assert await page.evaluate("localStorage.getItem('perch.draft')") is None
