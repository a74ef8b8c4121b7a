"""A browser, and pages with the client in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from server.api.pages.pages import Client
from server.context import App
from tests import delivered
from tests.callers import Caller
from tests.waiting import PATIENCE

# The first of these that is installed. It is the same engine without windows, which takes half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

OpenPage = Callable[..., Awaitable[Page]]

# The browser's console message for each unsuccessful answer, which tests provoke; and for VISITOR, below.
EXPECTED = ("Failed to load resource", "Service Worker registration blocked")

DESKTOP = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}

# On pages of the server; others, such as an empty one, have no storage.
NOT_REMINDED = """
    if (location.protocol.startsWith("http")) localStorage["perch.preference.alt_reminder"] ??= "false";
"""

# Without the service worker, because `page.route` doesn't see what it fetches. Its own tests allow it.
VISITOR: dict[str, Any] = {"locale": "en-US", "viewport": DESKTOP, "service_workers": "block"}


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert chromium, f"the browser tests need {BROWSERS[0]}: `config/setup.sh test-tools` installs it"
    expect.set_options(timeout=PATIENCE * 1000)
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield found
        await found.close()


@pytest_asyncio.fixture
async def open_page(browser: Browser, address: str, database: None) -> AsyncIterator[OpenPage]:
    """Opens the client, each time as a new visitor; any complaint in the console fails the test.

    Unless `reminded`, visitors have turned off the reminder to describe pictures.
    """
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            complaints.append(message.text)

    async def open_one(
        path: str = "/", viewer: Caller | None = None, *, reminded: bool = False, **options: Any
    ) -> Page:
        context = await browser.new_context(base_url=address, **{**VISITOR, **options})
        if not reminded:
            await context.add_init_script(NOT_REMINDED)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(path)
        if viewer:
            await sign_in(page, viewer)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the wheel, in which the client is bundled."""
    folder = tmp_path_factory.mktemp("delivered")
    return delivered.unpacked(delivered.built(folder / "dist"), folder / "packages")


@pytest.fixture
def bundled(app: App, packages: Path) -> Iterator[None]:
    """The application serves the client as it is delivered."""
    before, app.ctx.client = app.ctx.client, Client(app.ctx.perch.settings, packages / "static")
    yield
    app.ctx.client = before


async def sign_in(page: Page, viewer: Caller) -> None:
    """Type the key and wait until the name appears."""
    assert viewer.key
    await page.locator("input[name=api-key]").fill(viewer.key)
    await page.locator("input[name=api-key]").press("Enter")
    await expect(page.locator(".key-status")).to_contain_text(f"@{viewer.handle}")
