"""Locked accounts: asking to follow, and answering."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_somebody_asks_and_is_accepted(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    hers = await open_page("/settings", viewer=alice)
    await hers.get_by_label("Approve who follows me").check()
    await expect(hers.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    his = await open_page(f"/users/{alice.id}", viewer=bob)
    await expect(his.get_by_text("Approves followers")).to_be_visible()
    button = his.get_by_role("region", name="About alice").locator(".follow button")
    await button.click()
    await expect(button).to_have_text("Requested")
    await is_live(his)
    await his.reload()
    await expect(button).to_have_text("Requested")
    await is_live(his)
    await hers.goto("/notifications")
    await expect(hers.get_by_text("bob asked to follow you")).to_be_visible()
    await hers.get_by_role("link", name="Review requests").click()
    await hers.get_by_role("button", name="Accept request from bob").click()
    await expect(hers.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    await expect(button).to_have_text("Following")
    assert (await bob.get(f"/api/users/{alice.id}"))["user"]["followed"]


async def test_what_was_taken_back_leaves_the_open_notifications(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await alice.patch("/api/preferences", json={"locked": True})
    tweet = await alice.tweet("mine")
    await carol.post(f"/api/tweets/{tweet}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    page = await open_page("/notifications", viewer=alice)
    rows = page.locator("#main .notification")
    await expect(rows).to_have_count(2)
    await expect(page.locator("#main .notification.unread")).to_have_count(2)
    await is_live(page)
    await alice.post(f"/api/follow-requests/{bob.id}")
    await expect(rows).to_have_count(1)
    await expect(page.locator("#main .notification.unread")).to_have_count(1)  # it has just been read
    await alice.post(f"/api/users/{carol.id}/block")
    await expect(rows).to_have_count(0)


async def test_a_request_is_declined_or_withdrawn(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    await alice.patch("/api/preferences", json={"locked": True})
    await bob.post(f"/api/users/{alice.id}/follow")
    his = await open_page(f"/users/{alice.id}", viewer=bob)
    button = his.get_by_role("region", name="About alice").locator(".follow button")
    await expect(button).to_have_text("Requested")
    await is_live(his)
    hers = await open_page("/requests", viewer=alice)
    await hers.get_by_role("button", name="Decline request from bob").click()
    await expect(hers.get_by_role("status").filter(has_text="Declined")).to_be_visible()
    await expect(button).to_have_text("Follow")
    await button.click()
    await expect(button).to_have_text("Requested")
    await button.click()
    await expect(button).to_have_text("Follow")
    await hers.reload()
    await expect(hers.get_by_text("No follow requests")).to_be_visible()
