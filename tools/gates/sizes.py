"""What is transferred: the sizes of bodies as sent, according to the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from tests import pictures
from tools.gates.places import ROUTES, Place, open_composer
from tools.gates.result import Measure, at_most
from tools.gates.visitor import LANGUAGES, Visitor, go

# A kB is a thousand bytes, as in browsers' tools.
EAGER_KB, ROUTE_KB, COMPOSER_KB, STYLES_KB, PAGE_KB, EAGER_MODULES = 50, 90, 25, 15, 4, 10
# A first visit, before anyone has signed in, with everything included; and how many requests that takes.
FIRST_KB, REQUESTS = 140, 25

MODULES = """async () => {
    const script = document.querySelector("script[type=importmap]");
    const map = script ? JSON.parse(script.textContent).imports : {};
    const preloaded = [...document.querySelectorAll("link[rel=modulepreload]")].map(link => link.href);
    const entries = [...document.querySelectorAll("script[type=module]")].map(script => script.src);
    return {map, preloaded, entries};
}"""

STATIC_IMPORT = re.compile(r"""(?:^|[;}\s])(?:import|export)\b(?:[^"';()]*?\bfrom)?\s*["']([^"']+)["']""")

# The browser's own messages about unsuccessful answers; the page for unknown addresses is one.
FAILED_ANSWER = "Failed to load resource"


@dataclass
class Load:
    """One loaded page: the bytes of each body by its address, and the messages in the console."""

    scripts: dict[str, float] = field(default_factory=dict)
    styles: dict[str, float] = field(default_factory=dict)
    pages: dict[str, float] = field(default_factory=dict)
    others: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    map: dict[str, str] = field(default_factory=dict)
    preloaded: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def kb(self) -> float:
        """The size of everything."""
        return sum(map(kb, (self.scripts, self.styles, self.pages, self.others)))

    def requests(self) -> int:
        """The number of files and answers; a live stream never ends, and isn't among them."""
        return len(self.scripts) + len(self.styles) + len(self.pages) + len(self.others)

    def eager(self) -> set[str]:
        """The modules needed before the first line runs: all static imports, from the entry module on."""
        found: set[str] = set()
        waiting = list(self.entries)
        while waiting:
            url = waiting.pop()
            if url in found:
                continue
            found.add(url)
            for target in STATIC_IMPORT.findall(self.texts.get(url, "")):
                waiting.append(urljoin(url, self.map.get(target, target)))
        return found


async def load(visitor: Visitor, place: Place, *, language: str = "en") -> Load:
    """Open a page with an empty cache and wait until it is idle, including what it loads when idle."""
    async with visitor.page(who=place.who, language=language) as page:
        found = Load()
        await listen(page, found)
        await go(page, place.address(visitor.community))
        await page.wait_for_timeout(300)
        for name, value in (await page.evaluate(MODULES)).items():
            setattr(found, name, value)
        return found


async def composer_extra(visitor: Visitor) -> float:
    """The kB of scripts that opening the composer and adding a picture load, on a page without a composer."""
    async with visitor.page() as page:
        found = Load()
        await listen(page, found)
        await go(page, "/settings")
        await page.wait_for_timeout(300)
        before = set(found.scripts)
        await open_composer(page)
        picture: Any = {"name": "a.png", "mimeType": "image/png", "buffer": pictures.png()}
        await page.get_by_role("dialog").locator("input[type=file]").set_input_files(picture)
        await page.get_by_role("dialog").locator("img").first.wait_for()
        await page.wait_for_timeout(1000)
        return kb(found.scripts, set(found.scripts) - before)


async def listen(page: Page, found: Load) -> None:
    """Count every body that this page loads."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    answers: dict[str, Any] = {}
    # When the response event is sent, the head has been counted; whatever is added later is the body.
    session.on("Network.responseReceived", lambda event: answers.__setitem__(event["requestId"], event))

    async def finished(event: Any) -> None:
        answer = answers.get(event["requestId"])
        if answer is None:
            return
        kinds = {"Script": found.scripts, "Stylesheet": found.styles, "Document": found.pages}
        response = answer["response"]
        sizes = kinds.get(answer["type"], found.others)
        sizes[response["url"]] = event["encodedDataLength"] - response["encodedDataLength"]

    session.on("Network.loadingFinished", finished)
    page.on("console", lambda message: complain(found, message.type, message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))

    async def keep(response: Any) -> None:
        if response.request.resource_type == "script":
            with suppress(PlaywrightError):  # the page may be closed by now
                found.texts[response.url] = await response.text()

    page.on("response", keep)


def complain(found: Load, kind: str, text: str) -> None:
    if kind in ("error", "warning") and not text.startswith(FAILED_ANSWER):
        found.complaints.append(text)


def kb(sizes: dict[str, float], only: set[str] | None = None) -> float:
    return sum(size for url, size in sizes.items() if only is None or url in only) / 1000


async def measure(
    visitor: Visitor, places: tuple[Place, ...] = ROUTES, languages: Sequence[str] = LANGUAGES
) -> list[Measure]:
    """All pages in these languages, each loaded with an empty cache; the largest counts."""
    loads = {}
    for place in places:
        for language in languages:
            loads[f"{place.name}, {language}"] = await load(visitor, place, language=language)
    home = next(iter(loads.values()))
    first = await load(visitor, Place("first visit", "/", who=None))
    eager = home.eager() | set(home.preloaded)
    missing = sorted(home.eager() - set(home.preloaded))
    heaviest = max(loads, key=lambda name: kb(loads[name].scripts))
    styled = max(loads, key=lambda name: kb(loads[name].styles))
    complaints = [f"{name}: {text}" for name, one in loads.items() for text in one.complaints]
    routes = ", ".join(f"{name} {kb(one.scripts):.1f}" for name, one in loads.items())
    return [
        at_most("eager JS", kb(home.scripts, eager), EAGER_KB, " kB"),
        at_most("JS of any page", kb(loads[heaviest].scripts), ROUTE_KB, " kB", [f"kB: {routes}"]),
        at_most("JS that the composer adds", await composer_extra(visitor), COMPOSER_KB, " kB"),
        at_most("CSS", kb(loads[styled].styles), STYLES_KB, " kB"),
        at_most("HTML", max(kb(one.pages) for one in loads.values()), PAGE_KB, " kB"),
        at_most("first visit, everything included", first.kb(), FIRST_KB, " kB"),
        at_most("first visit, requests", first.requests(), REQUESTS),
        at_most("eager modules", len(eager), EAGER_MODULES),
        at_most(
            "eager modules not preloaded", len(missing), 0, details=[json.dumps(missing)] if missing else []
        ),
        at_most("console warnings and errors", len(complaints), 0, details=complaints),
    ]
