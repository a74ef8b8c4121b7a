"""The card that shows who somebody is where the mouse rests on a link to them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import follows, is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_a_card_shows_who_somebody_is_and_follows_them(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await carol.post(f"/api/users/{bob.id}/follow")
    await bob.tweet("from bob to @carol")
    page = await open_page(viewer=alice)
    await is_live(page)
    card = page.locator(".hover-card")
    await tweet(page, "from bob").locator(".name").hover()
    await expect(card).to_contain_text("@bob")
    await expect(card).to_contain_text("1 follower")
    # It stays while the mouse is on it.
    await card.hover()
    await card.get_by_role("button", name=follows("bob")).click()
    await expect(card.get_by_role("button", name=follows("bob"))).to_have_text("Following")
    await expect(card).to_contain_text("2 followers")
    await page.mouse.move(5, 5)
    await expect(card).to_be_hidden()
    await tweet(page, "from bob").get_by_role("link", name="@carol").hover()
    await expect(card).to_contain_text("@carol")
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()


async def test_the_card_can_be_turned_off(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await bob.tweet("from bob")
    await alice.tweet("after it")
    page = await open_page("/settings/appearance", viewer=alice)
    await page.get_by_role("checkbox", name="Profile card on hover").uncheck()
    await page.get_by_role("link", name="Home").click()
    await is_live(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for text in ("from bob", "after it", "from bob"):
        await tweet(page, text).locator(".name").hover()
        await page.clock.run_for(2_000)
    await expect(page.locator(".hover-card")).to_be_hidden()
    assert [url for url in asked if "/api/users/" in url] == []
    await page.goto("/settings/appearance")
    box = page.get_by_role("checkbox", name="Profile card on hover")
    await expect(box).not_to_be_checked()
