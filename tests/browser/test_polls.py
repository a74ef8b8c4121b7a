"""Polls: writing one, voting, and watching the results."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, Page, expect

from server.core.database.connection import rows
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def ask(caller: Caller, text: str = "which?", **poll: object) -> int:
    body = {"tweet_data": text, "poll": {"options": ["apples", "pears"], **poll}}
    return int((await caller.post("/api/tweets", json=body))["tweet_id"])


def results(row: Locator) -> Locator:
    return row.locator(".poll-result")


async def vote(page: Page, row: Locator, option: str) -> None:
    await row.get_by_text(option, exact=True).click()
    await expect(row.get_by_label(option)).to_be_checked()
    await row.get_by_role("button", name="Vote").click()


async def test_a_poll_is_written_voted_in_and_watched(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    page = await open_page(viewer=alice)
    await page.get_by_role("textbox", name="Tweet text").fill("which?")
    await page.get_by_role("button", name="Add a poll").click()
    first = page.get_by_role("textbox", name="Option 1")
    await expect(first).to_be_focused()
    await first.fill("apples")
    send = page.locator(".composer").get_by_role("button", name="Tweet", exact=True)
    await expect(send).to_be_disabled()
    second = page.get_by_role("textbox", name="Option 2")
    await second.fill(" apples")
    await expect(page.get_by_role("alert")).to_have_text("Two options are the same. Change one of them.")
    await expect(send).to_be_disabled()
    await second.fill("pears")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_role("button", name="Add an option").click()
    await expect(page.get_by_role("textbox", name="Option 3")).to_be_focused()
    await page.keyboard.type("plums")
    await page.get_by_label("Poll length").select_option(label="3 days")
    await expect(page.get_by_role("button", name="Add pictures")).to_be_disabled()
    await send.click()
    row = tweet(page, "which?")
    await expect(row.get_by_role("radio")).to_have_count(3)
    (found,) = await rows("SELECT ends_at, options FROM polls")
    assert found["options"] == ["apples", "pears", "plums"]
    assert 2 <= (found["ends_at"] - datetime.now(UTC)).days <= 3
    await is_live(page)
    await row.get_by_role("button", name="Show results").click()
    await expect(results(row)).to_have_count(3)
    theirs = await open_page(viewer=bob)
    voter = tweet(theirs, "which?")
    await expect(voter.get_by_role("button", name="Vote")).to_be_disabled()
    await vote(theirs, voter, "pears")
    await expect(results(voter).nth(1)).to_contain_text("100%, 1 vote")
    await expect(results(voter).nth(1)).to_contain_text("Your vote")
    await expect(voter.get_by_role("button", name="Vote")).to_have_count(0)
    await expect(voter.get_by_role("list", name="Poll")).to_be_focused()
    await expect(results(row).nth(1)).to_contain_text("100%, 1 vote")
    path = f"/api/tweets/{(await alice.timeline())[0]['id']}/votes"
    assert (await carol.post(path, json={"choices": [0]})).status == 200
    await expect(results(voter).first).to_contain_text("50%, 1 vote")
    await expect(results(row).first).to_contain_text("50%, 1 vote")
    await theirs.reload()
    await expect(results(tweet(theirs, "which?")).nth(1)).to_contain_text("Your vote")


async def test_hidden_results_come_with_the_vote_and_stay_up_to_date(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await ask(alice, hides_results=True, multiple=True)
    page = await open_page(viewer=bob)
    row = tweet(page, "which?")
    await expect(row).to_contain_text("You'll see the results once you've voted or the poll has ended.")
    await expect(row.get_by_role("button", name="Show results")).to_have_count(0)
    await is_live(page)
    await row.get_by_label("apples").check()
    await vote(page, row, "pears")
    await expect(results(row).first).to_contain_text("100%, 1 vote")
    await carol.post(f"/api/tweets/{number}/votes", json={"choices": [0]})
    await expect(results(row).first).to_contain_text("100%, 2 votes")
    await expect(results(row).nth(1)).to_contain_text("50%, 1 vote")


async def test_an_ended_poll_shows_its_results(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    number = await ask(alice, hides_results=True)
    await alice.post(f"/api/tweets/{number}/votes", json={"choices": [1]})
    await rows("UPDATE polls SET ends_at = now() - interval '1 minute'")
    page = await open_page(f"/tweets/{number}", viewer=bob)
    row = page.locator("article.large")
    await expect(results(row).nth(1)).to_contain_text("100%, 1 vote")
    await expect(row).to_contain_text("Ended")


async def test_a_vote_that_fails_says_why_and_keeps_the_choice(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    number = await ask(alice)
    page = await open_page(viewer=bob)
    row = tweet(page, "which?")
    await expect(row.get_by_role("radio")).to_have_count(2)
    await is_live(page)
    await page.route("**/api/polls?*", lambda route: route.abort())  # the client does not hear of the end
    await rows("UPDATE polls SET ends_at = now() - interval '1 minute' WHERE tweet_id = $1", number)
    await vote(page, row, "pears")
    await expect(row.get_by_role("alert")).to_contain_text("This poll has ended.")
    await expect(row.get_by_label("pears")).to_be_checked()


async def test_a_poll_fits_on_a_phone(open_page: OpenPage, alice: Caller) -> None:
    await ask(alice, options=["a long answer " * 5, "b" * 80])
    page = await open_page(viewer=alice, viewport=PHONE)
    await expect(tweet(page, "which?").get_by_role("radio")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await tweet(page, "which?").get_by_role("button", name="Show results").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
