"""axe-core on every page, in both languages and schemes, in three widths: nothing wrong or undecided."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tools.gates.places import PLACES, Place
from tools.gates.result import Measure, at_most
from tools.gates.visitor import LANGUAGES, QUIET, SCHEMES, SCREENS, Visitor

# axe can't examine rows that are not drawn while out of view, or colours in transition; nor texts of several
# lines in a dialog, as it doesn't know that what lies behind the dialog is out of reach.
STILL = """*, *::before, *::after {
    content-visibility: visible !important; transition: none !important; animation: none !important;
}
body:has(dialog:modal) :is(.rail, .column, .aside) {
    visibility: hidden !important;
}"""
KINDS = ("violations", "incomplete")

# Whoever speaks to the browser says what they read on a button. axe doesn't check this by itself.
ALSO = {"label-content-name-mismatch": {"enabled": True}}


async def examine(page: Page) -> list[str]:
    """The findings of axe, one line for each element."""
    found = await Axe().run(page, options={"resultTypes": list(KINDS), "rules": ALSO})
    return [line for kind in KINDS for rule in found.response[kind] for line in said(kind, rule)]


def said(kind: str, rule: Any) -> list[str]:
    lines = []
    for node in rule["nodes"]:
        checks = [check for name in ("any", "all", "none") for check in node[name]]
        why = "; ".join(check["message"] for check in checks)[:200]
        lines.append(f"{kind}: {rule['id']}: {node['html'][:120]}: {why}")
    return lines


async def look_at(
    visitor: Visitor,
    place: Place,
    language: str,
    screens: Sequence[tuple[int, int]] = SCREENS,
    schemes: Sequence[Any] = SCHEMES,
) -> dict[str, list[str]]:
    """Examine one page in one language, in all widths, light and dark; returns the findings of each."""
    found = {}
    async with visitor.page(
        language=language, who=place.who, bypass_csp=True, reduced_motion="reduce"
    ) as page:
        await visitor.open(page, place)
        await page.add_style_tag(content=STILL)
        for (width, height), scheme in itertools.product(screens, schemes):
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(QUIET, 100)
            found[f"{place.name}, {language}, {scheme}, {width} px"] = await examine(page)
    return found


async def measure(visitor: Visitor, places: tuple[Place, ...] = PLACES) -> list[Measure]:
    """Measure all combinations."""
    found: dict[str, list[str]] = {}
    for place, language in itertools.product(places, LANGUAGES):
        found |= await look_at(visitor, place, language)
    return verdicts(found)


def verdicts(found: dict[str, list[str]]) -> list[Measure]:
    """The two kinds of findings over all pages; each finding is listed once, with its pages."""
    measures = []
    for kind in KINDS:
        where: dict[str, list[str]] = {}
        for name, lines in found.items():
            for line in lines:
                if line.startswith(kind):
                    where.setdefault(line, []).append(name)
        details = [f"{line} (on {len(names)}: {names[0]} …)" for line, names in where.items()]
        count = sum(len(names) for names in where.values())
        measures.append(at_most(f"axe: {kind}", count, 0, details=[f"{len(found)} views", *details]))
    return measures
