"""Blocking and muting, from the menus of tweets and profiles, and their lists in Settings."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from server.core.database.connection import rows
from server.features.tweets import earlier_texts
from tests.browser.conftest import OpenPage
from tests.browser.parts import follows, is_live, refuse, tweet, until
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def choose(page: Page, *names: str) -> None:
    """Press these buttons of the open dialog, one after the other."""
    for name in names:
        await page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


async def open_menu(page: Page, text: str) -> None:
    await tweet(page, text).get_by_role("button", name="More").click()


async def test_muting_from_a_tweet_takes_their_tweets_from_home_but_not_from_their_profile(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    first = await bob.tweet("from bob")
    await carol.tweet("from carol")
    await bob.reply(first, "more from bob")
    page = await open_page(viewer=alice)
    await open_menu(page, "more from bob")
    await choose(page, "Mute @bob")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Mute @bob")).to_be_focused()
    await dialog.get_by_role("radio", name="1 day").check()
    await dialog.get_by_role("checkbox", name="Mute their notifications too").uncheck()
    await choose(page, "Mute")
    toast = page.get_by_role("status").filter(has_text="You muted @bob.")
    await expect(toast).to_be_visible()
    await expect(tweet(page, "from bob")).to_have_count(0)
    await expect(page.locator("#main article:focus")).to_contain_text("from carol")
    await toast.get_by_role("button", name="Undo").click()
    await expect(tweet(page, "more from bob")).to_be_visible()
    assert (await alice.get("/api/mutes"))["users"] == []
    await alice.post(f"/api/users/{bob.id}/mute", json={"seconds": 86400, "notifications": False})
    await expect(tweet(page, "from bob")).to_have_count(0)
    await expect(tweet(page, "from carol")).to_be_visible()
    (muted,) = (await alice.get("/api/mutes"))["users"]
    assert muted["muted_until"]
    assert not muted["notifications_muted"]
    # Live, nothing more comes from him.
    await is_live(page)
    await bob.tweet("still from bob")
    await carol.tweet("and from carol")
    await expect(page.get_by_role("button", name="1 new tweet")).to_be_visible()
    await page.goto(f"/users/{bob.id}")
    await expect(page.get_by_text("You muted @bob until")).to_be_visible()
    await expect(tweet(page, "still from bob")).to_be_visible()
    # Unmuting brings them back where they belong.
    await page.get_by_role("region", name="About bob").get_by_role("button", name="More").click()
    await choose(page, "Unmute @bob")
    await expect(page.get_by_text("You muted @bob until")).to_have_count(0)
    await page.get_by_role("link", name="Home").first.click()
    await expect(page.locator("#main article .name")).to_have_text(["carol", "bob", "bob", "carol", "bob"])


async def test_blocking_from_a_profile_parts_both_at_once(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.tweet("from alice")
    await bob.tweet("from bob")
    await bob.tweet("more of his")
    theirs = await open_page(viewer=bob)
    await expect(tweet(theirs, "from alice")).to_be_visible()
    await is_live(theirs)
    page = await open_page(f"/users/{bob.id}", viewer=alice)
    await expect(tweet(page, "from bob")).to_be_visible()
    await page.get_by_role("region", name="About bob").get_by_role("button", name="More").click()
    await choose(page, "Block @bob")
    await expect(page.get_by_role("dialog")).to_contain_text("You won't see each other's tweets")
    await choose(page, "Block")
    await expect(page.get_by_text("You blocked @bob.").first).to_be_visible()
    await expect(tweet(page, "from bob")).to_have_count(0)
    await expect(page.get_by_role("button", name=follows("bob"))).to_have_count(0)
    await expect(page.get_by_text("You don't see each other's tweets")).to_be_visible()
    await expect(tweet(theirs, "from alice")).to_have_count(0)
    await theirs.goto(f"/users/{alice.id}")
    await expect(theirs.get_by_text("@alice blocked you.")).to_be_visible()
    await expect(theirs.get_by_role("button", name=follows("alice"))).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="Unblock").click()
    await expect(page.get_by_text("You unblocked @bob.")).to_be_visible()
    await expect(tweet(page, "from bob")).to_be_visible()
    await expect(page.locator("#main article")).to_have_count(2)
    await expect(page.locator(".new-tweets")).to_have_count(0)
    about = page.get_by_role("region", name="About bob")
    follow = about.get_by_role("button", name=follows("bob"))
    await expect(follow).to_have_attribute("aria-pressed", "false")
    # A block that is undone at once gives back what it took from its author.
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await about.get_by_role("button", name="More").click()
    await choose(page, "Block @bob", "Block")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(tweet(page, "from bob")).to_be_visible()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["followed"]


async def test_settings_list_who_is_blocked_and_muted(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    page = await open_page("/settings/people", viewer=alice)
    await expect(page.get_by_text("You haven't blocked anyone")).to_be_visible()
    await expect(page.get_by_text("You haven't muted anyone")).to_be_visible()
    await alice.post(f"/api/users/{bob.id}/block")
    await alice.post(f"/api/users/{carol.id}/mute")
    await page.reload()
    await refuse(page, "**/api/users/*/mute", 500, "internal_error", "DELETE")
    await page.get_by_role("button", name="Unmute @carol").click()
    await expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    await page.unroute("**/api/users/*/mute")
    await page.get_by_role("alert").get_by_role("button").click()
    await expect(page.get_by_role("button", name="Unmute @carol")).to_have_count(0)
    await page.get_by_role("button", name="Unblock @bob").click()
    await expect(page.get_by_role("button", name="Unblock @bob")).to_have_count(0)
    assert (await alice.get("/api/blocks"))["users"] == (await alice.get("/api/mutes"))["users"] == []


async def test_a_conversation_is_muted_from_the_menu_by_keyboard(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    mine = await alice.tweet("a long talk")
    page = await open_page(f"/tweets/{mine}", viewer=alice)
    more = tweet(page, "a long talk").get_by_role("button", name="More")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("button")).to_have_text(
        [
            "Quote",
            "Copy link",
            "Copy text",
            "Mute this conversation",
            "Edit",
            "Pin to your profile",
            "Who can reply",
            "Who can quote",
            "Language",
        ]
    )
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Quote", exact=True)).to_be_focused()
    for _ in range(3):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Mute this conversation")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Conversation muted.")).to_be_visible()
    await expect(more).to_be_focused()
    await bob.reply(mine)
    assert (await alice.get("/api/notifications"))["notifications"] == []
    await page.keyboard.press("Enter")
    await choose(page, "Unmute this conversation")
    await expect(page.get_by_text("Conversation unmuted.")).to_be_visible()
    await bob.reply(mine)
    assert len((await alice.get("/api/notifications"))["notifications"]) == 1


async def test_the_text_and_the_address_of_a_tweet_are_copied(open_page: OpenPage, alice: Caller) -> None:
    mine = await alice.tweet("worth\nquoting")
    page = await open_page(viewer=alice, permissions=["clipboard-read", "clipboard-write"])
    for item, toast, copied in (
        ("Copy text", "Text copied", "worth\nquoting"),
        ("Copy link", "Link copied", page.url.rstrip("/") + f"/tweets/{mine}"),
    ):
        await open_menu(page, "worth")
        await choose(page, item)
        await expect(page.get_by_role("status").filter(has_text=toast)).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == copied


async def test_a_menu_closed_at_once_gives_the_focus_back(open_page: OpenPage, alice: Caller) -> None:
    mine = await alice.tweet("no time")
    page = await open_page(f"/tweets/{mine}", viewer=alice)
    more = tweet(page, "no time").get_by_role("button", name="More")
    await page.evaluate(
        """new MutationObserver((_, observer) => {
            const open = document.querySelector("dialog[open]");
            if (!open) return;
            observer.disconnect();
            open.dispatchEvent(new Event("cancel", { cancelable: true }));
            window.closedAtOnce = true;
        }).observe(document.body, { childList: true, subtree: true, attributes: true })"""
    )
    await more.focus()
    await page.keyboard.press("Enter")
    await until(page, "window.closedAtOnce && !document.querySelector('dialog')")
    await expect(more).to_be_focused()


async def test_what_ends_on_another_device_brings_tweets_back(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.tweet("from bob")
    await carol.tweet("from carol")
    for what in ("mute", "block"):
        await alice.post(f"/api/users/{bob.id}/{what}")
        page = await open_page(viewer=alice)
        await expect(tweet(page, "from carol")).to_be_visible()
        await expect(tweet(page, "from bob")).to_have_count(0)
        await is_live(page)
        await alice.delete(f"/api/users/{bob.id}/{what}")
        await page.get_by_role("button", name="1 new tweet").click()
        await expect(tweet(page, "from bob")).to_be_visible()


async def test_where_nothing_is_left_of_many_pages_reading_goes_on(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await carol.tweet("#busy at the bottom")
    for number in range(320):
        await rows("INSERT INTO tweets (author_id, content) VALUES ($1, $2)", bob.id, f"#busy {number}")
    await rows("INSERT INTO unread_texts (up_to) SELECT max(id) FROM tweets")
    await earlier_texts.read_some()
    await alice.post(f"/api/users/{bob.id}/mute")
    page = await open_page("/hashtags/busy", viewer=alice)
    await expect(tweet(page, "#busy at the bottom")).to_be_visible()


async def test_a_question_names_its_dialog(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("hello")
    page = await open_page(viewer=alice)
    await tweet(page, "hello").get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog", name="More about @bob").get_by_role("button", name="Mute @bob").click()
    await expect(page.get_by_role("dialog", name="Mute @bob")).to_be_visible()
