"""A visitor to a community, in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, CDPSession, Page, Request, expect

from tools.gates.community import Community
from tools.gates.places import Place

LANGUAGES = ("en", "ru")
LOCALES = {"en": "en-US", "ru": "ru-RU"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Width and height of a phone, of a tablet or half a screen, and of a laptop.
SCREENS = ((390, 844), (900, 900), (1366, 900))

# Resolves when the page has not changed for a while, its heading exists, and the visible pictures are loaded.
QUIET = """quiet => new Promise(resolve => {
    const visible = ({bottom, top}) => bottom > 0 && top < innerHeight;
    const there = () => document.querySelector("#main h1") && [...document.images]
        .filter(image => visible(image.getBoundingClientRect())).every(image => image.complete);
    let timer;
    const restart = () => { clearTimeout(timer); timer = setTimeout(finish, quiet); };
    const observer = new MutationObserver(restart);
    const finish = () => { if (!there()) return restart(); observer.disconnect(); resolve(); };
    const everything = {subtree: true, childList: true, attributes: true, characterData: true};
    observer.observe(document.documentElement, everything);
    restart();
})"""

BUSY_LOOP = """() => {
    const start = performance.now();
    let sum = 0;
    for (let n = 0; n < 2e7; n += 1) sum = (sum + n * 7) % 1000003;
    return performance.now() - start + sum * 0;
}"""


@dataclass
class Visitor:
    """Opens pages of the community, each with an empty cache, as a viewer who is already signed in."""

    browser: Browser
    community: Community
    _states: dict[str, Any] = field(default_factory=dict)

    async def signed_in(self, who: str) -> Any:
        """The browser's storage after this person's key was entered, for contexts that start with it."""
        if who not in self._states:
            context = await self.browser.new_context(base_url=self.community.url, locale="en-US")
            page = await context.new_page()
            await page.goto("/")
            await sign_in(page, self.community.people[who].key, who)
            self._states[who] = await context.storage_state()
            await context.close()
        return self._states[who]

    @asynccontextmanager
    async def page(
        self,
        *,
        screen: tuple[int, int] = SCREENS[2],
        language: str = "en",
        scheme: Literal["light", "dark"] = "light",
        who: str | None = "alice",
        **options: Any,
    ) -> AsyncIterator[Page]:
        """An empty page of a new visit."""
        context = await self.browser.new_context(
            base_url=self.community.url,
            storage_state=await self.signed_in(who) if who else None,
            viewport={"width": screen[0], "height": screen[1]},
            locale=LOCALES[language],
            color_scheme=scheme,
            **options,
        )
        page = await context.new_page()
        page.set_default_timeout(20_000)
        try:
            yield page
        finally:
            await context.close()

    async def open(self, page: Page, place: Place) -> None:
        """Open the page and wait until it is complete."""
        await go(page, place.address(self.community))
        if place.prepare:
            await place.prepare(page)
            await page.evaluate(QUIET, 200)


async def sign_in(page: Page, key: str, handle: str) -> None:
    """Type the key and wait until the name appears."""
    field = page.get_by_label("API key", exact=True)
    await field.fill(key)
    await field.press("Enter")
    await expect(page.get_by_text(f"@{handle}").first).to_be_visible()


async def go(page: Page, path: str) -> None:
    """Open an address and wait until no request is in progress, except live streams."""
    under_way: set[Request] = set()

    def begin(request: Request) -> None:
        if "/stream" not in request.url:
            under_way.add(request)

    def end(request: Request) -> None:
        under_way.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    try:
        await page.goto(path)
        for _ in range(100):
            await page.evaluate(QUIET, 200)
            if not under_way:
                return
            await page.wait_for_timeout(50)
        raise AssertionError(f"{path} does not come to rest: {[request.url for request in under_way]}")
    finally:
        page.remove_listener("request", begin)
        page.remove_listener("requestfinished", end)
        page.remove_listener("requestfailed", end)


async def slow_down(page: Page, times: float) -> CDPSession:
    """Make the page's CPU this many times slower."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    return session


async def slowness(page: Page, session: CDPSession) -> float:
    """How many times slower the page really is than without throttling: checks the throttling itself."""
    slow = min([await page.evaluate(BUSY_LOOP) for _ in range(3)])
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    fast = min([await page.evaluate(BUSY_LOOP) for _ in range(3)])
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return float(slow / fast)
