"""How soon a page with thirty tweets appears on a CPU four times slower, and how stable its layout is."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tools.gates.result import Measure, at_most
from tools.gates.visitor import SCREENS, Visitor, go, slow_down, slowness
from tools.measuring.figures import median, varied

THROTTLE = 4
ROUNDS = 5
TWEETS = 30
FCP_S, LCP_S, CLS = 0.6, 1.5, 0.02
FLUNG_PX, PX_PER_S = 16_000, 8000

# Runs before the page, so that shifts and paints are counted from the first one on. Shifts are summed up as
# for web vitals: in windows of at most five seconds without a pause of more than one; the worst window
# counts.
OBSERVE = """(() => {
    const vitals = {fcp: null, lcp: null, element: "", cls: 0, moved: []};
    Object.defineProperty(window, "vitals", {value: vitals});
    const watch = (type, see) =>
        new PerformanceObserver(list => list.getEntries().forEach(see)).observe({type, buffered: true});
    watch("paint", entry => { if (entry.name === "first-contentful-paint") vitals.fcp = entry.startTime; });
    watch("largest-contentful-paint", entry => {
        vitals.lcp = entry.startTime;
        vitals.element = entry.element ? entry.element.tagName + "." + entry.element.className : "";
    });
    let first = 0, last = 0, sum = 0;
    watch("layout-shift", entry => {
        if (entry.hadRecentInput) return;
        if (entry.startTime - last > 1000 || entry.startTime - first > 5000) {
            first = entry.startTime;
            sum = 0;
        }
        last = entry.startTime;
        sum += entry.value;
        vitals.cls = Math.max(vitals.cls, sum);
        for (const source of entry.sources) {
            const node = source.node;
            if (node) vitals.moved.push(`${entry.value.toFixed(4)} ${node.nodeName}.${node.className ?? ""}`);
        }
    });
})();"""


async def one(visitor: Visitor, screen: tuple[int, int]) -> dict[str, Any]:
    """Open the home page once, then scroll down through all thirty tweets."""
    async with visitor.page(screen=screen) as page:
        await page.add_init_script(OBSERVE)
        session = await slow_down(page, THROTTLE)
        await page.goto("/")
        await page.locator("#main article").nth(TWEETS - 1).wait_for(state="attached")
        await page.wait_for_timeout(2000)
        found: dict[str, Any] = await page.evaluate("vitals")
        await read_down(page)
        read = await page.evaluate("vitals")
        found |= {"cls": read["cls"], "moved": read["moved"], "slowness": await slowness(page, session)}
        return found


async def read_down(page: Page) -> None:
    """Turn the wheel until the thirtieth tweet was visible. The wheel is no input that excuses shifts."""
    await page.mouse.move(page.viewport_size["width"] // 2, 500)  # type: ignore[index]
    end = (
        f"document.querySelectorAll('#main article')[{TWEETS - 1}].getBoundingClientRect().top < innerHeight"
    )
    while not await page.evaluate(end):
        await page.mouse.wheel(0, 500)
        await page.wait_for_timeout(120)


async def flung(visitor: Visitor, screen: tuple[int, int], path: str) -> tuple[float, list[str]]:
    """Open a page, fling it down and half the way up again; the shift of all this, and what moved."""
    async with visitor.page(screen=screen) as page:
        await page.add_init_script(OBSERVE)
        session = await slow_down(page, THROTTLE)
        await go(page, path)
        for distance in (-FLUNG_PX, FLUNG_PX // 2):
            # The document grows meanwhile: the gesture ends where it ends, as a reader's does.
            await session.send(
                "Input.synthesizeScrollGesture",
                {
                    "x": screen[0] // 2,
                    "y": 500,
                    "yDistance": distance,
                    "speed": PX_PER_S,
                    "gestureSourceType": "mouse",
                    "preventFling": False,
                },
            )
            await page.wait_for_timeout(500)
        found = await page.evaluate("vitals")
        top = await page.evaluate("scrollY")
        note = f"{path}, {screen[0]} px wide: {found['cls']:.4f}, ended at {top:.0f} px"
        return found["cls"], [note, *sorted(found["moved"], reverse=True)[:3]]


async def measure_flung(visitor: Visitor, path: str) -> tuple[float, list[str]]:
    """The worse of phone and laptop."""
    found = [await flung(visitor, screen, path) for screen in (SCREENS[0], SCREENS[2])]
    return max(cls for cls, _ in found), [note for _, notes in found for note in notes]


async def measure(visitor: Visitor, rounds: int = ROUNDS) -> list[Measure]:
    """Medians for phone and laptop; the slower one counts."""
    found = {
        screen: [await one(visitor, screen) for _ in range(rounds)] for screen in (SCREENS[0], SCREENS[2])
    }
    runs = [run for each in found.values() for run in each]
    if min(run["slowness"] for run in runs) < THROTTLE * 0.7:
        raise AssertionError("the processor was not slowed down")

    def worst(name: str, scale: float = 1) -> tuple[float, list[str]]:
        medians = {screen: median([run[name] / scale for run in each]) for screen, each in found.items()}
        notes = [
            f"{screen[0]} px: median {medians[screen]:.4g}, {varied([run[name] / scale for run in each])}"
            for screen, each in found.items()
        ]
        return max(medians.values()), notes

    fcp, fcp_notes = worst("fcp", 1000)
    lcp, lcp_notes = worst("lcp", 1000)
    cls, cls_notes = worst("cls")
    cls_notes += sorted({moved for run in runs for moved in run["moved"]}, reverse=True)[:10]
    lcp_notes.append("largest: " + ", ".join(sorted({run["element"] for run in runs})))
    home, home_notes = await measure_flung(visitor, "/")
    profile = f"/users/{visitor.community.people['leila'].id}"
    person, person_notes = await measure_flung(visitor, profile)
    return [
        at_most("first contentful paint, 4x slower", fcp, FCP_S, " s", fcp_notes),
        at_most("largest contentful paint, 4x slower", lcp, LCP_S, " s", lcp_notes),
        at_most("layout shift, reading down included", cls, CLS, "", cls_notes),
        at_most("layout shift, flinging Home", home, CLS, "", home_notes),
        at_most("layout shift, flinging a profile", person, CLS, "", person_notes),
    ]
