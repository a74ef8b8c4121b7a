"""Everything that a member can do, without a mouse."""

from __future__ import annotations

import asyncio

from playwright.async_api import FileChooser, Locator, Page, expect

from tests import pictures
from tools.gates.community import Person
from tools.gates.result import Measure
from tools.gates.visitor import Visitor, go

# No page has more focus stops than this between two related elements.
MOST_TABS = 60

WORDS = "Written without a mouse"
ALT = "A hill, drawn by hand"
QUOTE, REPLY = "Quoted without a mouse", "Answered without a mouse"
THREAD = ("A thread without a mouse", "and its end")


async def tab_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Press Tab until this element has the focus."""
    for _ in range(MOST_TABS):
        if await target.count() and await target.first.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{target} is not reached by {key}")


async def enter_the_key(page: Page, person: Person) -> None:
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await tab_to(page, page.get_by_label("API key", exact=True))
    await page.keyboard.type(person.key)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"@{person.handle}").first).to_be_visible()


async def tweet_a_picture(page: Page) -> Locator:
    """Write text, choose a file, describe it and send; returns the tweet on the page."""
    main = page.get_by_role("main")
    # Listen from now on: if asked only when the key is pressed, a browser may show its own dialog.
    chosen: asyncio.Future[FileChooser] = asyncio.get_running_loop().create_future()
    page.once("filechooser", lambda chooser: chosen.set_result(chooser))
    await page.keyboard.press("Escape")  # leave the field, so that keys are shortcuts
    await page.keyboard.press("n")
    await expect(main.get_by_role("textbox", name="Tweet text")).to_be_focused()
    await page.keyboard.type(WORDS)
    await tab_to(page, main.get_by_role("button", name="Add pictures"))
    await page.keyboard.press("Enter")
    chooser = await asyncio.wait_for(chosen, 10)
    picture = {"name": "hill.png", "mimeType": "image/png", "buffer": pictures.png(320, 200)}
    await chooser.set_files(picture)  # type: ignore[arg-type]
    description = main.get_by_role("textbox", name="Description")
    await expect(description).to_be_visible()
    await tab_to(page, description, key="Shift+Tab")
    await page.keyboard.type(ALT)
    send = main.get_by_role("button", name="Tweet", exact=True)
    await expect(send).to_be_enabled(timeout=30_000)
    await tab_to(page, send)
    await page.keyboard.press("Enter")
    tweet = main.get_by_role("article").filter(has_text=WORDS)
    await expect(tweet).to_be_visible()
    await expect(tweet.get_by_role("button", name=f"Open picture: {ALT}")).to_be_visible(timeout=30_000)
    return tweet


async def move_and_like(page: Page, tweet: Locator) -> None:
    """j to the new tweet, j to the one below, k back, l."""
    rows = page.get_by_role("main").get_by_role("article")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await expect(tweet).to_be_focused()
    await page.keyboard.press("j")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("k")
    await expect(tweet).to_be_focused()
    like = tweet.get_by_role("button", name="Like")
    await page.keyboard.press("l")
    await expect(like).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("l")
    await expect(like).to_have_attribute("aria-pressed", "false")


async def look_at_the_picture(page: Page, tweet: Locator) -> None:
    """Open it from the tweet, read its description, and close it; the focus is back where it was."""
    picture = tweet.get_by_role("button", name=f"Open picture: {ALT}")
    await tab_to(page, picture)
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("img", name=ALT)).to_be_visible()
    await tab_to(page, dialog.get_by_role("button", name="Copy description"))
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(picture).to_be_focused()


async def repost_and_quote(page: Page) -> None:
    """t on the tweet below, and again to undo it; q, and a word about it, after which the focus is back."""
    below = page.get_by_role("main").get_by_role("article").nth(1)
    row = page.locator(f"#main [data-row='{await below.get_attribute('data-row')}']")
    await page.keyboard.press("j")
    await expect(row).to_be_focused()
    repost = row.get_by_role("button", name="Repost")
    for pressed in ("true", "false"):
        await page.keyboard.press("t")
        await expect(repost).to_have_attribute("aria-pressed", pressed)
    await page.keyboard.press("q")
    dialog = page.get_by_role("dialog", name="Quote")
    await expect(dialog.get_by_role("textbox", name="Tweet text")).to_be_focused()
    await page.keyboard.type(QUOTE)
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    quote = page.get_by_role("main").get_by_role("article").filter(has_text=QUOTE)
    await expect(quote.locator(".quoted")).to_be_visible()
    await expect(row).to_be_focused()


async def open_and_reply(page: Page) -> None:
    """o on the focused tweet, r, and Home again."""
    main = page.get_by_role("main")
    await page.keyboard.press("o")
    await expect(page.get_by_role("heading", name="Tweet", level=1)).to_be_visible()
    await expect(main.get_by_role("textbox", name="Text of the reply")).to_be_visible()
    await page.keyboard.press("r")
    await expect(main.get_by_role("textbox", name="Text of the reply")).to_be_focused()
    await page.keyboard.type(REPLY)
    await page.keyboard.press("Control+Enter")
    await expect(main.get_by_role("article").filter(has_text=REPLY)).to_be_visible()
    await page.keyboard.press("Escape")
    await press_in_turn(page, "g", "h")
    await expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()


async def write_a_thread(page: Page) -> None:
    """Two tweets at once."""
    main = page.get_by_role("main")
    await page.keyboard.press("n")
    await expect(main.get_by_role("textbox", name="Tweet text")).to_be_focused()
    await page.keyboard.type(THREAD[0])
    await tab_to(page, main.get_by_role("button", name="Add to thread"))
    await page.keyboard.press("Enter")
    await expect(main.get_by_role("textbox", name="Tweet text 2/2")).to_be_focused()
    await page.keyboard.type(THREAD[1])
    await page.keyboard.press("Control+Enter")
    await expect(main.get_by_role("article").filter(has_text=THREAD[1])).to_contain_text("2/2")
    await page.keyboard.press("Escape")


async def read_notifications(page: Page) -> None:
    await press_in_turn(page, "g", "n")
    await expect(page.get_by_role("heading", name="Notifications", level=1)).to_be_visible()
    tabs = page.get_by_role("main").get_by_role("navigation")
    await tab_to(page, tabs.get_by_role("link", name="Mentions"))
    await page.keyboard.press("Enter")
    await expect(tabs.get_by_role("link", name="Mentions")).to_have_attribute("aria-current", "page")
    await press_in_turn(page, "g", "h")
    await expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()


async def press_in_turn(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def delete_and_undo(page: Page, tweet: Locator) -> None:
    """Delete the tweet and undo that; the focus moves to the undo button, and then back."""
    await tab_to(page, tweet.get_by_role("button", name="Delete tweet"))
    await page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(tweet).to_be_focused()


async def run(page: Page, person: Person) -> None:
    """Run all steps; raises if one of them is impossible."""
    await enter_the_key(page, person)
    tweet = await tweet_a_picture(page)
    await move_and_like(page, tweet)
    await look_at_the_picture(page, tweet)
    await delete_and_undo(page, tweet)
    await repost_and_quote(page)
    await open_and_reply(page)
    await write_a_thread(page)
    await read_notifications(page)


async def measure(visitor: Visitor) -> list[Measure]:
    """Whether all steps are possible."""
    async with visitor.page(who=None) as page:
        await go(page, "/")
        try:
            await run(page, visitor.community.viewer)
        except AssertionError as failure:
            return [Measure("keyboard alone", "all steps", "stuck", ok=False, details=[str(failure)[:600]])]
    return [Measure("keyboard alone", "all steps", "all steps", ok=True)]
