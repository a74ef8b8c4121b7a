"""Two browsers on a `perch up` that is killed, restarted and disconnected: in the end both show the same."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, browser, sign_in
from tests.callers import Caller
from tests.waiting import lasting
from tests.whole.conftest import Perch, is_web, running

__all__ = ["browser"]

# More than the stream needs to return after all processes have started, on a busy machine.
PATIENCE = 30_000

# Records what this browser's tabs tell each other: each event of the stream, by its id.
RECORDER = """() => {
    window.told = [];
    new BroadcastChannel("perch.live").onmessage = ({ data }) => {
        if (data.event && data.event.type !== "open") window.told.push([data.id, data.event.type]);
    };
}"""


async def opened(browser: Browser, perch: Perch, who: Caller) -> tuple[BrowserContext, Page, Page]:
    """This person's browser: its page, and a page that records the events of its stream."""
    options: dict[str, Any] = {"viewport": DESKTOP, "locale": "en-US"}
    context = await browser.new_context(base_url=perch.url, **options)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto("/")
    await sign_in(page, who)
    await expect(page.locator("html[data-live=live]")).to_be_attached()
    recorder = await context.new_page()
    await recorder.goto("/health/live")
    await recorder.evaluate(RECORDER)
    return context, page, recorder


async def tweet(who: Caller, text: str) -> int:
    """Publish a tweet certainly and only once: after a lost answer, look it up."""
    for _ in range(100):
        with contextlib.suppress(httpx.TransportError, AssertionError, TypeError):
            return await who.tweet(text)
        await lasting(0.2)
        with contextlib.suppress(httpx.TransportError, KeyError, AssertionError, TypeError):
            found = [item["id"] for item in await who.timeline() if item["content"] == text]
            if found:
                return int(found[0])
    raise AssertionError(f"{text} was not published")


async def shown(page: Page) -> list[list[Any]]:
    """The ids and like counts of the tweets on the page, from the top."""
    found: list[list[Any]] = await page.evaluate(
        "[...document.querySelectorAll('#main [data-row]')].map((row) => "
        "[Number(row.dataset.row), row.querySelector('.like').getAttribute('aria-label')])"
    )
    return found


async def waits(page: Page, count: int) -> None:
    """Wait until this many tweets are waiting above."""
    words = f"{count} new tweet{'' if count == 1 else 's'}"
    await expect(page.get_by_role("button", name=words, exact=True)).to_be_visible(timeout=PATIENCE)


def children(perch: Perch, ending: str) -> list[int]:
    return [pid for pid, command in perch.children().items() if ending in command]


async def test_whatever_dies_in_between_both_browsers_end_up_showing_the_same(
    browser: Browser, tmp_path: Path
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        perch = stack.enter_context(running(tmp_path))
        client.base_url = httpx.URL(perch.url)
        alice, bob = await perch.register(client, 2)
        kept, doomed = await tweet(bob, "stays"), await tweet(bob, "will be deleted")
        contexts = [await opened(browser, perch, who) for who in (alice, bob)]
        pages = [page for _, page, _ in contexts]

        # The processes that hold the streams are killed.
        for pid in filter(is_web, perch.children()):
            os.kill(pid, signal.SIGKILL)
        await tweet(bob, "after a kill")
        for page in pages:
            await waits(page, 1)

        # Redis is killed and returns.
        os.kill(children(perch, "valkey")[0], signal.SIGKILL)
        await tweet(alice, "without redis")
        await alice.post(f"/api/tweets/{kept}/likes")
        for page in pages:
            await waits(page, 2)

        # The whole server is stopped and started again on the same data.
        perch.process.terminate()
        await asyncio.to_thread(perch.process.wait, 30)
        again = stack.enter_context(running(tmp_path, PORT=perch.settings["PORT"]))
        await tweet(bob, "after a restart")
        for page in pages:
            await waits(page, 3)

        # One of them loses its network.
        await contexts[0][0].set_offline(True)
        await bob.delete(f"/api/tweets/{doomed}")
        await tweet(bob, "while alice was offline")
        await waits(pages[1], 4)
        await contexts[0][0].set_offline(False)
        await waits(pages[0], 4)

        for page in pages:
            await expect(page.locator(f"#main [data-row='{doomed}']")).to_have_count(0)
            await page.get_by_role("button", name="4 new tweets").click()
            await expect(page.locator("#main [data-row]")).to_have_count(5)
        truth = [[item["id"], f"Like ({item['likes_count']})"] for item in await alice.timeline()]
        assert await shown(pages[0]) == truth == await shown(pages[1])
        for _, _, recorder in contexts:
            told = await recorder.evaluate("window.told")
            numbers = [int(event_id.split("-")[1]) for event_id, _ in told]
            assert numbers == sorted(set(numbers)), told
            assert [kind for _, kind in told].count("tweet") == 4
            assert "reset" not in {kind for _, kind in told}
        for context, *_ in contexts:
            await context.close()
        assert again.process.poll() is None
