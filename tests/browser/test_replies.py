"""Replies and threads in the browser."""

from __future__ import annotations

import base64

from playwright.async_api import Locator, Page, expect

from tests import pictures
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, still, tweet, until
from tests.callers import Caller


def replies(page: Page) -> Locator:
    """The texts below the tweet."""
    return page.get_by_role("region", name="Replies").locator(".tweet-text")


async def test_a_reply_is_written_from_the_timeline_with_its_tweet_in_view(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("a question")
    page = await open_page(viewer=alice)
    await tweet(page, "a question").get_by_role("button", name="Reply (0)").click()
    dialog = page.get_by_role("dialog", name="Reply")
    await expect(dialog.get_by_text("a question")).to_be_visible()
    await dialog.get_by_label("Text of the reply").fill("an answer")
    await dialog.get_by_role("button", name="Reply", exact=True).click()
    await expect(dialog).to_have_count(0)
    await expect(tweet(page, "a question").get_by_role("button", name="Reply (1)")).to_be_visible()
    answer = tweet(page, "an answer")
    await expect(answer.get_by_role("link", name="In reply to @bob")).to_be_visible()
    await answer.get_by_role("link", name="In reply to @bob").click()
    await expect(replies(page)).to_have_text(["an answer"])


# Drops a picture on the window, as from a folder.
DROP = """data => {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "dropped.png", {type: "image/png"}));
    for (const type of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
    }
}"""


async def test_a_dropped_picture_goes_where_one_is_writing(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    question = await bob.tweet("a question")
    picture = base64.b64encode(pictures.png()).decode()
    page = await open_page(viewer=alice)
    await tweet(page, "a question").get_by_role("button", name="Reply (0)").click()
    dialog = page.get_by_role("dialog", name="Reply")
    await expect(dialog.get_by_label("Text of the reply")).to_be_focused()
    await page.locator(".drop-hint").wait_for(state="attached")
    await page.evaluate(DROP, picture)
    await expect(dialog.locator(".attachment")).to_have_count(1)
    await dialog.get_by_role("button", name="Remove").click()
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.locator(".attachment")).to_have_count(0)
    await page.evaluate(DROP, picture)
    await expect(page.locator("#main .composer:not([data-reply]) .attachment")).to_have_count(1)
    await page.goto(f"/tweets/{question}")
    await expect(page.locator(f'#main .composer[data-reply="{question}"]')).to_be_visible()
    await page.locator(".drop-hint").wait_for(state="attached")
    await page.evaluate(DROP, picture)
    await expect(page.locator(f'#main .composer[data-reply="{question}"] .attachment')).to_have_count(1)


async def test_the_keys_of_a_tweets_page_act_on_its_tweet(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    question = await bob.tweet("a question")
    page = await open_page(viewer=alice)
    await is_live(page)
    await page.keyboard.press("j")
    await page.keyboard.press("o")
    await expect(page.get_by_role("heading", name="Tweet", level=1)).to_be_visible()
    await expect(page.locator(f'#main .composer[data-reply="{question}"]')).to_be_visible()
    await page.keyboard.press("r")
    await page.keyboard.type("terrific, look")
    field = page.get_by_label("Text of the reply")
    await expect(field).to_have_value("terrific, look")
    assert (await alice.read(question))["reposts_count"] == 0


async def test_what_was_begun_stays_when_nobody_may_reply_any_more(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    question = await alice.tweet("a question")
    page = await open_page(f"/tweets/{question}", viewer=bob)
    await is_live(page)
    field = page.get_by_label("Text of the reply")
    await field.fill("can I")
    await alice.patch(f"/api/tweets/{question}", json={"who_may_reply": "nobody"})
    await expect(page.get_by_text("You can no longer reply here")).to_be_visible()
    await page.keyboard.type("?")
    await expect(field).to_have_value("can I?")
    await field.fill("")
    await expect(field).to_have_count(0)


async def test_replies_are_shown_in_reading_order_and_come_in_live(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    first = await bob.tweet("first")
    second = await alice.reply(first, "second")
    await alice.reply(first, "fourth")
    page = await open_page(f"/tweets/{first}", viewer=alice)
    await expect(replies(page)).to_have_text(["second", "fourth"])
    await is_live(page)
    await bob.reply(second, "third")
    await expect(replies(page)).to_have_text(["second", "third", "fourth"])
    own = await bob.reply(first, "the author's own")
    await expect(replies(page)).to_have_text(["the author's own", "second", "third", "fourth"])
    await page.reload()
    await expect(replies(page)).to_have_text(["the author's own", "second", "third", "fourth"])
    await bob.delete(f"/api/tweets/{own}")
    await expect(replies(page)).to_have_text(["second", "third", "fourth"])


async def test_a_reply_opened_by_its_address_stands_at_the_top_below_what_it_answers(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    above = await bob.tweet("the beginning\n" * 10)
    for number in range(5):
        above = await alice.reply(above, f"level {number}\n" * 8)
    page = await open_page(f"/tweets/{above}", viewer=alice)
    await expect(page.locator(".ancestors .tweet")).to_have_count(5)
    await until(page, "scrollY > 300")
    await still(page)
    box = await page.locator(".tweet.large").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 150
    await expect(page.locator(".tweet.large")).to_contain_text("level 4")


async def test_a_draft_of_a_reply_is_kept_for_that_tweet_alone(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    one, other = await bob.tweet("one"), await bob.tweet("other")
    page = await open_page(f"/tweets/{one}", viewer=alice)
    await page.get_by_label("Text of the reply").fill("half a thought")
    await page.goto(f"/tweets/{other}")
    await expect(page.get_by_label("Text of the reply")).to_have_value("")
    await page.goto(f"/tweets/{one}")
    await expect(page.get_by_label("Text of the reply")).to_have_value("half a thought")


async def test_r_replies_to_the_focused_tweet(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("by keyboard")
    page = await open_page(viewer=alice)
    await expect(tweet(page, "by keyboard")).to_be_visible()
    await page.evaluate("document.activeElement.blur()")
    for key in ("j", "r"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog").get_by_label("Text of the reply")).to_be_focused()
    await page.keyboard.type("typed")
    await page.keyboard.press("Control+Enter")
    await expect(tweet(page, "by keyboard").get_by_role("button", name="Reply (1)")).to_be_visible()


async def test_a_deleted_tweet_leaves_its_place_in_the_thread(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    first = await alice.tweet("first")
    second = await bob.reply(first, "second")
    third = await alice.reply(second, "third")
    await bob.delete(f"/api/tweets/{second}")
    page = await open_page(f"/tweets/{first}", viewer=alice)
    region = page.get_by_role("region", name="Replies")
    await expect(region.get_by_text("Tweet unavailable")).to_be_visible()
    await expect(replies(page)).to_have_text(["third"])
    await page.goto(f"/tweets/{third}")
    await expect(page.locator(".ancestors").get_by_text("Tweet unavailable")).to_be_visible()


async def test_profiles_show_replies_in_a_tab_of_their_own(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    question = await bob.tweet("a question")
    await alice.tweet("a tweet")
    await alice.reply(question, "a reply")
    page = await open_page(f"/users/{alice.id}", viewer=bob)
    await expect(tweet(page, "a tweet")).to_be_visible()
    await expect(tweet(page, "a reply")).to_have_count(0)
    await page.get_by_role("link", name="Replies").click()
    await expect(tweet(page, "a reply")).to_be_visible()
    await expect(tweet(page, "a tweet")).to_be_visible()


async def test_the_author_decides_who_can_reply(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    mine = await alice.tweet("a question")
    theirs = await open_page(f"/tweets/{mine}", viewer=bob)
    await expect(theirs.get_by_role("textbox", name="Text of the reply")).to_be_visible()
    await is_live(theirs)
    page = await open_page(f"/tweets/{mine}", viewer=alice)
    await tweet(page, "a question").get_by_role("button", name="More").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Who can reply").click()
    await expect(dialog.get_by_role("radio", name="Everyone")).to_be_checked()
    await dialog.get_by_role("radio", name="Only me").check()
    await dialog.get_by_role("button", name="Save").click()
    for one in (page, theirs):
        await expect(one.get_by_text("Only the author can reply.")).to_be_visible()
    await expect(theirs.get_by_role("textbox", name="Text of the reply")).to_have_count(0)
    await expect(page.get_by_role("textbox", name="Text of the reply")).to_be_visible()
    # From a list, the refusal says why, and the words stay.
    await theirs.goto("/")
    await tweet(theirs, "a question").get_by_role("button", name="Reply").click()
    await expect(theirs.get_by_role("alert")).to_contain_text("You can't reply here")
    field = theirs.get_by_role("dialog").get_by_role("textbox")
    await field.fill("an answer")
    await theirs.get_by_role("dialog").get_by_role("button", name="Reply", exact=True).click()
    await expect(
        theirs.get_by_text("The author of this conversation has limited who can reply.")
    ).to_be_visible()


async def test_a_hidden_reply_is_shown_with_a_click(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    mine = await alice.tweet("a question")
    rude = await bob.reply(mine, "something rude")
    await carol.reply(rude, "below it")
    await carol.reply(mine, "something kind")
    theirs = await open_page(f"/tweets/{mine}", viewer=carol)
    await is_live(theirs)
    page = await open_page(f"/tweets/{mine}", viewer=alice)
    await is_live(page)
    await tweet(page, "something rude").get_by_role("button", name="More").click()
    await page.get_by_role("dialog").get_by_role("button", name="Hide reply").click()
    for one in (page, theirs):
        await expect(one.get_by_text("Hidden reply.")).to_be_visible()
        await expect(tweet(one, "something rude")).to_have_count(0)
        await expect(tweet(one, "below it")).to_have_count(0)
        await expect(tweet(one, "something kind")).to_be_visible()
        await one.get_by_role("button", name="Show", exact=True).click()
        await expect(tweet(one, "something rude")).to_be_visible()
        await expect(tweet(one, "below it")).to_be_visible()
    await tweet(page, "something rude").get_by_role("button", name="More").click()
    await page.get_by_role("dialog").get_by_role("button", name="Unhide reply").click()
    await expect(page.get_by_text("Reply shown again.")).to_be_visible()
    await page.reload()
    await expect(tweet(page, "something rude")).to_be_visible()


async def test_all_buttons_of_a_deep_reply_are_on_a_phones_screen(open_page: OpenPage, alice: Caller) -> None:
    root = number = await alice.tweet("root")
    for depth in range(1, 8):
        number = await alice.reply(number, f"level {depth}")
    page = await open_page(f"/tweets/{root}", viewer=alice, viewport=PHONE)
    row = tweet(page, "level 7")
    await expect(row).to_be_visible()
    for button in await row.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= PHONE["width"] - box["width"], box
        assert min(box["width"], box["height"]) >= 44
