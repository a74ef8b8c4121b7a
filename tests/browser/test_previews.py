"""The card of the page that a tweet links to."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from server.core.database.connection import rows
from tests import pictures
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole

TOKEN = "0" * 32
URL = "https://www.example.org/bread"

# As workers do it.
GIVE = """
    WITH page AS (
        INSERT INTO previews
            (url, title, description, site, picture, picture_type, token, width, height, thumbhash, alt)
        VALUES ($2, $3, $4, 'Not a bank', $5, 'image/png', $6, 300, 200, '', 'A loaf') RETURNING id
    ), given AS (
        UPDATE tweets SET preview_id = (SELECT id FROM page), version = version + 1 WHERE id = $1
        RETURNING id, author_id
    )
    INSERT INTO outbox (kind, subject_id, actor_id) SELECT 'tweet_edited', id, author_id FROM given
"""


async def give(number: int, title: str = "Bread", about: str = "How to bake it.", *, url: str = URL) -> None:
    await rows(GIVE, number, url, title, about, pictures.png(300, 200), TOKEN)


def card(row: Locator) -> Locator:
    return row.locator("a.preview")


async def width(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def test_the_card_comes_in_live_and_leads_to_the_page(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    number = await alice.tweet(f"look: {URL}")
    page = await open_page(viewer=bob)
    await is_live(page)
    await expect(card(tweet(page, "look"))).to_have_count(0)
    await give(number)
    found = card(tweet(page, "look"))
    await expect(found).to_contain_text("Bread")
    await expect(found).to_contain_text("How to bake it.")
    await expect(found.locator(".preview-host")).to_have_text("example.org")
    await expect(found).not_to_contain_text("Not a bank")
    picture = found.get_by_role("img", name="A loaf")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 300)
    assert await found.get_attribute("href") == URL
    assert await found.get_attribute("rel") == "nofollow noopener noreferrer"
    await page.reload()
    await expect(card(tweet(page, "look"))).to_contain_text("Bread")


async def test_the_card_is_covered_as_the_tweet_is(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    body = {"tweet_data": f"look: {URL}", "warning": "food"}
    number = (await alice.post("/api/tweets", json=body))["tweet_id"]
    await give(number)
    page = await open_page(viewer=bob)
    row = tweet(page, "food")
    await expect(row).to_be_visible()
    await expect(card(row)).to_have_count(0)
    await row.get_by_role("button", name="Show").first.click()
    await expect(card(row)).to_contain_text("Bread")


async def test_what_the_page_says_does_not_break_the_row(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    number = await alice.tweet(f"look: {URL}")
    await give(
        number, "W" * 200, "<img src=x onerror=alert(1)> " * 12, url="https://" + "a" * 60 + ".example/"
    )
    page = await open_page(viewer=bob, viewport=PHONE)
    found = card(tweet(page, "look"))
    await expect(found).to_contain_text("<img src=x")
    assert await width(page) <= 390
    box = await found.bounding_box()
    assert box is not None
    assert box["height"] < 120
