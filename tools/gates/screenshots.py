"""Screenshots of every page: in four widths, light and dark, in both languages."""

from __future__ import annotations

import itertools
from pathlib import Path

from tools.gates.places import PLACES
from tools.gates.visitor import LANGUAGES, QUIET, SCHEMES, SCREENS, Visitor

# A wide monitor besides, on which nothing is measured.
WIDTHS = (*SCREENS, (1920, 1080))


async def take(visitor: Visitor, folder: Path) -> int:
    """Write them into the folder as `<page>-<language>-<scheme>-<width>.png`; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for place, language in itertools.product(PLACES, LANGUAGES):
        async with visitor.page(language=language, who=place.who, reduced_motion="reduce") as page:
            await visitor.open(page, place)
            for (width, height), scheme in itertools.product(WIDTHS, SCHEMES):
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                await page.evaluate(QUIET, 100)
                name = place.name.replace(", ", "-").replace(" ", "-")
                await page.screenshot(path=folder / f"{name}-{language}-{scheme}-{width}.png")
                count += 1
    return count
