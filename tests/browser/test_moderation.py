"""Administrators remove tweets and people; everyone can export their own data and leave."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_an_administrator_deletes_a_tweet_and_suspends_its_author(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    for text in ("unwanted", "spam"):
        await bob.tweet(text)
    reader, page = await open_page(viewer=alice), await open_page(viewer=carol)
    await expect(reader.get_by_role("button", name="Delete tweet")).to_have_count(0)
    tweet = page.get_by_role("article").filter(has_text="unwanted")
    await expect(tweet.get_by_role("button", name="Delete tweet")).to_have_count(0)
    await tweet.get_by_role("button", name="More").click()
    question = page.get_by_role("dialog")
    await question.get_by_role("button", name="Delete this tweet by @bob").click()
    await question.get_by_role("button", name="Delete tweet").click()
    await expect(page.get_by_text("Tweet deleted")).to_be_visible()
    await expect(page.get_by_role("button", name="Edit as new")).to_have_count(0)
    await page.goto(f"/users/{bob.id}")  # leaving the page doesn't undo it
    await expect(reader.get_by_text("unwanted")).to_have_count(0)
    await page.get_by_role("button", name="Suspend").click()
    await page.get_by_label("Hide their tweets").check()
    await page.get_by_label("Reason").fill("spam")
    await page.get_by_role("button", name="Suspend now").click()
    await expect(page.get_by_text("tweets hidden")).to_be_visible()
    await expect(reader.get_by_text("spam")).to_have_count(0)
    assert (await bob.get("/api/users/me")).error == (401, "account_suspended")
    theirs = await open_page()
    await theirs.locator("input[name=api-key]").fill(str(bob.key))
    await theirs.locator("input[name=api-key]").press("Enter")
    await expect(theirs.locator(".key-status.bad")).to_have_text(re.compile("^Your account is suspended"))
    await page.get_by_role("button", name="Unsuspend").click()
    await expect(page.get_by_role("button", name="Suspend", exact=True)).to_be_visible()
    assert (await bob.get("/api/users/me")).status == 200
    await expect(page.get_by_role("article").filter(has_text="spam")).to_be_visible()


@pytest.mark.usefixtures("worker")
async def test_a_member_exports_their_data_and_deletes_the_account(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("mine")
    page, reader = await open_page(viewer=alice), await open_page(viewer=bob)
    await reader.goto(f"/users/{alice.id}")
    await expect(reader.get_by_role("heading", name="alice")).to_be_visible()
    await page.goto("/settings/data")
    await page.get_by_role("button", name="Export my data").click()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    fetched = await download.value
    assert fetched.suggested_filename == "perch-alice.zip"
    with zipfile.ZipFile(await fetched.path()) as archive:
        assert b"mine" in archive.read("tweets.json")
    await page.get_by_role("button", name="Delete my account").click()
    sure = page.get_by_role("button", name="Delete everything")
    await expect(sure).to_be_disabled()
    field = page.get_by_label("Type alice to confirm")
    await field.fill("bob")
    await expect(sure).to_be_disabled()
    await field.fill("alice")
    await sure.click()
    await expect(page.get_by_text("Sign in to change")).to_be_visible()
    await expect(page.get_by_text("To keep it, sign in before then.")).to_be_visible()
    assert (await alice.get("/api/users/me")).error == (403, "account_leaving")
    assert await bob.timeline() == []
    await expect(reader.get_by_text("This account doesn't exist")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "being_deleted", "keep"),
    [
        (
            "en-US",
            "This account is being deleted. To keep it, open Settings.",
            "Keep my account",
        ),
        ("ru-RU", "Аккаунт удаляется. Чтобы сохранить его, откройте настройки.", "Сохранить аккаунт"),
    ],
)
async def test_a_deleted_account_can_be_restored(
    open_page: OpenPage, alice: Caller, bob: Caller, locale: str, being_deleted: str, keep: str
) -> None:
    await alice.tweet("mine")
    await alice.call("DELETE", "/api/users/me", json={"handle": "alice"})
    page = await open_page("/settings", locale=locale)
    await page.locator("input[name=api-key]").fill(str(alice.key))
    await page.locator("input[name=api-key]").press("Enter")
    await expect(page.locator(".key-status")).to_contain_text(being_deleted)
    await page.get_by_role("button", name=keep).click()
    await expect(page.locator(".key-status")).to_contain_text("@alice")
    await expect(page.get_by_role("button", name=keep)).to_have_count(0)
    assert len(await bob.timeline()) == 1
