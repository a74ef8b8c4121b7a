"""Both languages have the same texts and the right plurals, and fit 320 px and a zoom of 200 %."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from tools.gates.places import PLACES, Place
from tools.gates.result import Measure, at_most
from tools.gates.visitor import LANGUAGES, QUIET, Visitor, go

# A small phone, and a laptop of 1280 px at 200 %, whose page is half as many pixels wide.
NARROW = {"320 px": (320, 640), "200 % zoom": (640, 400)}

# Elements that extend beyond the window's right or left edge. Text only for screen readers is one pixel wide.
STICKS_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    if (document.documentElement.scrollWidth > width) {
        found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    }
    const dialog = document.querySelector("dialog[open]");
    if (dialog && dialog.scrollWidth > dialog.clientWidth) {
        found.push(`the dialog is ${dialog.scrollWidth} px wide`);
    }
    for (const one of document.querySelectorAll("a, button, input, textarea, select, h1, h2, h3, label, p")) {
        const box = one.getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1 || !one.checkVisibility()) continue;
        if (dialog && !dialog.contains(one)) continue;
        if (box.right > width + 1 || box.left < -1) {
            found.push(`${one.outerHTML.slice(0, 100)} reaches ${Math.round(box.right)}`);
        }
    }
    return found;
}"""

# Every part of the client has a folder with a file for each language. The `{` of plural forms counts.
STATIC = Path(__file__).parents[2] / "static"
ENTRY = re.compile(r'^  "([a-z_.0-9]+)": ?(\{?)', re.MULTILINE)

# Numbers with their nouns, as the grammar of the language requires.
COUNTED = {
    "en": {1: "follower", 2: "followers", 5: "followers", 21: "followers"},
    "ru": {1: "подписчик", 2: "подписчика", 5: "подписчиков", 21: "подписчик"},
}


async def overflow(
    visitor: Visitor, places: tuple[Place, ...] = PLACES, languages: Sequence[str] = LANGUAGES
) -> list[Measure]:
    """Every page in these languages, on a narrow screen and enlarged."""
    found = []
    views = 0
    for language, who in itertools.product(languages, dict.fromkeys(place.who for place in places)):
        async with visitor.page(screen=NARROW["320 px"], language=language, who=who) as page:
            for place in places:
                if place.who != who:
                    continue
                await visitor.open(page, place)
                for name, (width, height) in NARROW.items():
                    await page.set_viewport_size({"width": width, "height": height})
                    await page.evaluate(QUIET, 100)
                    views += 1
                    sticking = await page.evaluate(STICKS_OUT)
                    found += [f"{place.name}, {language}, {name}: {one}" for one in sticking]
    details = [f"{views} views", *found]
    return [at_most("overflows at 320 px or 200 % zoom", len(found), 0, details=details)]


def words() -> list[str]:
    """Keys that exist in only one language, or that have plural forms in only one."""
    found: list[str] = []
    for english in STATIC.rglob("en.js"):
        keys = [set(ENTRY.findall(english.with_name(f"{code}.js").read_text())) for code in LANGUAGES]
        found += sorted(key for key, _ in keys[0] ^ keys[1])
    return found


async def plurals(visitor: Visitor, languages: Sequence[str] = LANGUAGES) -> list[str]:
    """Profile texts for 1, 2, 5 and 21 followers that don't follow the grammar."""
    found = []
    for language in languages:
        forms = COUNTED[language]
        async with visitor.page(language=language) as page:
            for count, person in visitor.community.followed_by().items():
                await go(page, f"/users/{person.id}")
                link = page.locator(f"#main a[href='/users/{person.id}/followers']").first
                text = " ".join((await link.inner_text()).split())
                if text != f"{count} {forms[count]}":
                    found.append(f"{language}: {text!r} and not '{count} {forms[count]}'")
    return found


async def measure(visitor: Visitor) -> list[Measure]:
    """Measure all of these."""
    unequal = words()
    wrong = await plurals(visitor)
    return [
        at_most("texts missing in en or ru", len(unequal), 0, details=unequal),
        at_most("wrong plurals of 1, 2, 5, 21", len(wrong), 0, details=wrong),
        *await overflow(visitor),
    ]
