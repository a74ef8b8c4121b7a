"""The administrators' dashboard and its actions."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows
from server.operations import trends
from server.operations.queues import DEAD_LETTERS
from tests.browser.conftest import PHONE, OpenPage
from tests.callers import Caller, register
from tests.waiting import until

pytestmark = pytest.mark.whole

MESSAGE = {"task_id": "f" * 32, "task_name": "media.remove_pictures", "labels": {}, "kwargs": {}}


async def opened(open_page: OpenPage, carol: Caller, section: str = "Overview") -> Page:
    """The page, and a section of it, reached the way people reach it."""
    page = await open_page("/settings", viewer=carol)
    await page.get_by_role("link", name="Operations").click()
    await expect(page.get_by_role("heading", name="Health")).to_be_visible()
    if section != "Overview":
        await page.get_by_role("link", name=section).click()
        await expect(page.get_by_role("heading", name=section)).to_be_visible()
    return page


@pytest.mark.usefixtures("worker")
async def test_a_dump_is_made_and_verified_from_the_page(open_page: OpenPage, carol: Caller) -> None:
    page = await opened(open_page, carol)
    await expect(page.get_by_text("Everything is working")).to_be_visible()
    await page.get_by_role("link", name="Scheduled runs").click()
    await page.get_by_role("button", name="Run now: Hourly dump").click()
    run = page.get_by_role("listitem").filter(has_text="Hourly dump").first
    await expect(run).to_contain_text("done,", timeout=30_000)
    verify = page.get_by_role("button", name="Verify the dump of").first
    await expect(verify).to_be_visible(timeout=15_000)
    await verify.click()
    await expect(page.get_by_text("intact: hash and archive").first).to_be_visible(timeout=30_000)


@pytest_asyncio.fixture
async def dead_letters(perch: Context) -> AsyncIterator[tuple[int, int]]:
    """Put two failed tasks there, yield their arguments, and leave nothing of them afterwards."""
    arguments = 987_654_001, 987_654_002  # no time of day on the page contains these digits
    async with perch.queue() as redis:
        await redis.delete(DEAD_LETTERS)
        for number in arguments:
            message = {**MESSAGE, "args": [[number]]}
            await redis.xadd(DEAD_LETTERS, {"data": json.dumps(message), "reason": "its worker died 5 times"})
        yield arguments
        await redis.delete(DEAD_LETTERS)


async def test_failed_tasks_are_retried_or_discarded(
    open_page: OpenPage, carol: Caller, dead_letters: tuple[int, int]
) -> None:
    page = await opened(open_page, carol)
    await expect(page.get_by_text("Needs attention")).to_be_visible()
    letters = page.get_by_role("listitem").filter(has_text="media.remove_pictures")
    await expect(letters).to_have_count(2)
    await letters.filter(has_text=str(dead_letters[0])).get_by_role("button", name="Retry").click()
    await expect(letters).to_have_count(1)
    await letters.get_by_role("button", name="Discard").click()
    await expect(letters.get_by_text("This task won't run.")).to_be_visible()
    await letters.get_by_role("button", name="Discard").click()
    await expect(page.get_by_text("No failed tasks.")).to_be_visible()
    # It is polled every five seconds.
    await expect(page.get_by_text("Everything is working")).to_be_visible(timeout=15_000)


async def test_a_user_is_found_and_their_key_revoked(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    made = await bob.post("/api/keys", json={"name": "stolen"})
    page = await opened(open_page, carol, "People and keys")
    await page.get_by_label("Handle or name").fill("BOB")
    await expect(page.get_by_role("button", name="Keys of @alice")).to_have_count(0)
    await page.get_by_role("button", name="Keys of @bob").click()
    await page.get_by_role("button", name="Revoke stolen").click()
    await page.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("stolen")).to_have_count(0)
    thief = Caller(bob.send, made["key"], bob.id)
    assert (await thief.get("/api/users/me")).error == (401, "invalid_key")
    assert (await bob.get("/api/users/me")).status == 200
    await page.get_by_role("button", name="Suspend @bob").click()
    await page.get_by_role("button", name="Suspend", exact=True).click()
    await expect(page.get_by_role("button", name="Unsuspend")).to_be_visible()
    assert (await bob.get("/api/users/me")).error == (401, "account_suspended")
    await page.get_by_role("button", name="Unsuspend").click()
    await expect(page.get_by_role("button", name="Suspend @bob")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-US", ("Request suspension", "Suspension of @erin", "requested by @dora", "Confirm", "Withdraw")),
        (
            "ru-RU",
            (
                "Запросить закрытие доступа",
                "Закрытие доступа: @erin",
                "запрос от @dora",
                "Подтвердить",
                "Отозвать запрос",
            ),
        ),
    ],
)
async def test_administrators_together_suspend_another_administrator(
    open_page: OpenPage, carol: Caller, locale: str, words: tuple[str, str, str, str, str]
) -> None:
    ask, title, about, confirm, withdraw = words
    dora, erin = [await register(carol.send, name, admin=True) for name in ("dora", "erin")]
    await rows("UPDATE users SET created_at = now() - interval '4 days' RETURNING 1")
    page = await open_page("/operations/people", viewer=dora, locale=locale)
    await page.get_by_role("button", name=re.compile("@erin$")).get_by_text(ask).click()
    await page.get_by_role("button", name=ask, exact=True).click()
    await expect(page.get_by_text(title)).to_be_visible()
    await expect(page.get_by_text(about)).to_be_visible()
    await expect(page.get_by_role("button", name=f"{withdraw}: @erin")).to_be_visible()
    await expect(page.get_by_role("button", name=f"{confirm}: @erin")).to_have_count(0)
    theirs = await open_page("/operations/people", viewer=erin, locale=locale)
    await expect(theirs.get_by_text(title)).to_be_visible()
    for what in (confirm, withdraw):
        await expect(theirs.get_by_role("button", name=f"{what}: @erin")).to_have_count(0)
    other = await open_page("/operations/people", viewer=carol, locale=locale)
    await other.get_by_role("button", name=f"{confirm}: @erin").click()
    await other.get_by_role("button", name=confirm, exact=True).click()
    await expect(other.get_by_text(title)).to_have_count(0)
    assert (await erin.get("/api/users/me")).error == (401, "account_suspended")


async def test_the_log_follows_filters_and_pauses(
    open_page: OpenPage, carol: Caller, settings: Settings
) -> None:
    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    path = settings.logs_folder / "host.browser.20261101T000000.1.1.jsonl"

    def write(second: int, level: str, message: str) -> None:
        line = {"time": f"2099-01-01T00:00:{second:02}.000Z", "level": level, "process": "web-7"}
        with path.open("a") as file:
            file.write(json.dumps({**line, "work": "-", "logger": "x", "message": message}) + "\n")

    try:
        write(1, "INFO", "a quiet line")
        write(2, "ERROR", "a loud line")
        page = await opened(open_page, carol, "Log")
        log = page.get_by_role("list", name="Log")
        await expect(log.get_by_text("a quiet line")).to_be_visible()
        await page.get_by_label("Level").select_option("ERROR")
        await expect(log.get_by_text("a quiet line")).to_have_count(0)
        await expect(log.get_by_text("a loud line")).to_be_visible()
        await page.get_by_label("Level").select_option("INFO")
        await page.get_by_label("Filter").fill("QUIET")
        await expect(log.get_by_text("a loud line")).to_have_count(0)
        await page.get_by_label("Filter").fill("line")
        write(3, "INFO", "a later line")
        await expect(log.get_by_text("a later line")).to_be_visible()
        await page.get_by_role("button", name="Pause").click()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        write(4, "INFO", "the last line")
        # Meanwhile the rest of the page keeps refreshing, though less often than the log.
        await until(lambda: sum(url.endswith("/api/operations/") for url in asked) >= 2)
        assert not any("/log" in url for url in asked)
        await expect(log.get_by_text("the last line")).to_have_count(0)
        await page.get_by_role("button", name="Resume").click()
        await expect(log.get_by_text("the last line")).to_be_visible()
    finally:
        path.unlink()


async def test_the_charts_describe_their_data_in_words(
    open_page: OpenPage, carol: Caller, perch: Context
) -> None:
    async with perch.queue() as redis:
        now = (await redis.time())[0]
        for ago, count in ((3, 250), (2, 70), (1, 40)):
            await trends.add(redis, {"requests": count, "within_2": count}, now=now - 60 * ago)
    page = await opened(open_page, carol)
    await expect(page.get_by_text(re.compile("Requests per minute: now .* · peak 2.."))).to_be_visible()
    plot = page.locator("figure").filter(has_text="Requests per minute")
    assert "L" in (await plot.locator("path.op-line").first.get_attribute("d") or "")


async def test_each_section_has_an_address_and_shows_trouble(
    open_page: OpenPage, carol: Caller, dead_letters: tuple[int, int]
) -> None:
    sections = {
        "runs": ("Scheduled runs", "Storage", "Dumps"),
        "people": ("People and keys",),
        "log": ("Log",),
    }
    for path, headings in sections.items():
        page = await open_page(f"/operations/{path}", viewer=carol)
        for heading in headings:
            await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        await expect(page.get_by_text("Needs attention")).to_be_visible()


async def test_on_a_phone_the_tab_of_the_open_section_is_in_view(open_page: OpenPage, carol: Caller) -> None:
    page = await open_page("/operations/log", viewer=carol, viewport=PHONE, locale="ru-RU")
    tab = page.locator(".tabs [aria-current]")
    await expect(tab).to_be_in_viewport(ratio=1)
    await expect(page.locator(".tabs").get_by_role("link").first).not_to_be_in_viewport(ratio=1)


async def test_members_are_told_that_the_page_is_for_administrators(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page("/operations", viewer=alice)
    await expect(page.get_by_text("Only administrators can see this page.")).to_be_visible()
    await page.goto("/settings")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(page.get_by_role("link", name="Operations")).to_have_count(0)
