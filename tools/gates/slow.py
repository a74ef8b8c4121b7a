"""A first visit over a slow mobile network: how soon the page is there, and how soon its tweets are."""

from __future__ import annotations

from playwright.async_api import Page

from tools.gates.result import Measure, at_most
from tools.gates.visitor import SCREENS, Visitor
from tools.measuring.figures import median, varied

LATENCY_MS, BYTES_PER_S = 400, 50_000
SHELL_S, TWEETS_S = 3, 5
ROUNDS = 3

# Seconds from the navigation to the paint that shows each.
OBSERVE = """(() => {
    const seen = {};
    Object.defineProperty(window, "seen", {value: seen});
    const parts = {shell: "#main h1", tweets: "#main article"};
    const look = () => {
        for (const [name, selector] of Object.entries(parts)) {
            const part = document.querySelector(selector);
            if (part && part.getBoundingClientRect().height) seen[name] ??= performance.now() / 1000;
        }
        requestAnimationFrame(look);
    };
    look();
})();"""


async def throttle(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_S,
            "uploadThroughput": BYTES_PER_S,
        },
    )


async def one(visitor: Visitor) -> dict[str, float]:
    """Open the home page on a phone with an empty cache, signed in, so that there are tweets."""
    async with visitor.page(screen=SCREENS[0]) as page:
        await page.add_init_script(OBSERVE)
        await throttle(page)
        await page.goto("/", wait_until="commit")
        await page.locator("#main article").first.wait_for()
        await page.wait_for_timeout(100)
        found: dict[str, float] = await page.evaluate("seen")
        # An answer that isn't slow would mean that nothing was slowed down.
        if found["shell"] < 2 * LATENCY_MS / 1000:
            raise AssertionError("the network was not slowed down")
        return found


async def measure(visitor: Visitor, rounds: int = ROUNDS) -> list[Measure]:
    """Medians of several first visits."""
    found = [await one(visitor) for _ in range(rounds)]

    def row(name: str, limit: float) -> Measure:
        times = [each[name] for each in found]
        return at_most(f"slow 3G, first visit: {name}", median(times), limit, " s", [varied(times, " s")])

    return [row("shell", SHELL_S), row("tweets", TWEETS_S)]
