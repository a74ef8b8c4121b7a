"""Any text: links, both writing directions, invisible control characters, great length."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from server.core.database.connection import rows
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import refuse, still, tweet
from tests.callers import Caller, register
from tests.texts.vectors import DIFFERENT, SAME, kind_of, value_of, vectors

pytestmark = pytest.mark.whole

# Cut after 41 characters, it would look like an address of the bank's.
LONG_HOST = "www.bank.example.accounts.sign-in.of-customers.evil.example"

# The text of a tweet, and the links made of it: [address, displayed words].
LINKS: list[tuple[str, list[list[str]]]] = [
    ("see https://example.org.", [["https://example.org/", "example.org"]]),
    ("(https://a.example/a)", [["https://a.example/a", "a.example/a"]]),
    ("https://a.example/a_(b)!", [["https://a.example/a_(b)", "a.example/a_(b)"]]),
    ("«https://a.example/x»", [["https://a.example/x", "a.example/x"]]),
    (
        "смотри https://пример.рф/путь, там",
        [["https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C", "xn--e1afmkfd.xn--p1ai/путь"]],
    ),
    ("مرحبا https://a.example/?q=1#top مرحبا", [["https://a.example/?q=1#top", "a.example?q=1#top"]]),
    ("HTTP://EXAMPLE.ORG", [["http://example.org/", "example.org"]]),
    ("http://a.example http://b.co", [["http://a.example/", "a.example"], ["http://b.co/", "b.co"]]),
    # Characters that reverse the line are shown in their escaped form in the address.
    (
        "https://a.co/\u202egnp.exe",
        [["https://a.co/%E2%80%AEgnp.exe", "a.co/%E2%80%AEgnp.exe"]],
    ),
    ("https://a.example/%E2%80%AE%20y", [["https://a.example/%E2%80%AE%20y", "a.example/%E2%80%AE%20y"]]),
    ("https://bank.example@evil.example/", []),
    ("https://user:pass@evil.example/", []),
    ("javascript:alert(1) data:text/html,x ftp://example.org", []),
    ("https:// https://. http://[", []),
    ('<a href="https://a.example/a">b</a>', [["https://a.example/a", "a.example/a"]]),
    ("https://a.example/" + "a" * 80, [["https://a.example/" + "a" * 80, "a.example/" + "a" * 31 + "…"]]),
    (f"https://{LONG_HOST}", [[f"https://{LONG_HOST}/", LONG_HOST]]),
    (f"https://{LONG_HOST}/sign-in", [[f"https://{LONG_HOST}/sign-in", LONG_HOST + "…"]]),
    (f"https://{LONG_HOST}:8443/?a", [[f"https://{LONG_HOST}:8443/?a", LONG_HOST + ":8443…"]]),
    ("see example.com.", [["https://example.com/", "example.com"]]),
    (
        "пример.рф/путь",
        [["https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C", "xn--e1afmkfd.xn--p1ai/путь"]],
    ),
    ("mail alice@example.com, open setup.py", []),
    ("no link at all 👩‍👩‍👧‍👦", []),
]

SPLIT = """async (text) => {
    const entry = document.querySelector("script[src]").src;
    const { splitLinks } = await import(new URL("core/words/text.js", entry).href);
    return splitLinks(text);
}"""


async def test_links_are_found_in_any_text_and_nothing_of_it_is_lost(open_page: OpenPage) -> None:
    page = await open_page()
    for text, links in LINKS:
        parts: list[Any] = await page.evaluate(SPLIT, text)
        found = [[part["href"], part["label"]] for part in parts if isinstance(part, dict)]
        assert found == links, text
        rest = "".join(part if isinstance(part, str) else "\0" for part in parts)
        assert all(piece in text for piece in rest.split("\0")), text


ENTITIES = """async (texts) => {
    const entry = document.querySelector("script[src]").src;
    const { entities } = await import(new URL("core/words/entities.js", entry).href);
    return texts.map((text) => entities(text).map(({ kind, start, end, value }) =>
        [text.slice(start, end), kind, value]));
}"""


async def test_the_browser_finds_the_entities_that_the_server_finds(open_page: OpenPage) -> None:
    page = await open_page()
    cases = vectors()
    found = await page.evaluate(ENTITIES, [vector.text for vector in cases])
    for vector, shown in zip(cases, found, strict=True):
        assert shown == [[written, kind_of(written), value_of(written)] for written in vector.entities], (
            vector.text
        )


KEYS = """async (names) => {
    const entry = document.querySelector("script[src]").src;
    const { hashtagKey } = await import(new URL("core/words/entities.js", entry).href);
    return names.map((name) => hashtagKey(name));
}"""


async def test_the_browser_knows_which_hashtags_are_the_same(open_page: OpenPage) -> None:
    page = await open_page()
    for pairs, are_same in ((SAME, True), (DIFFERENT, False)):
        for pair in pairs:
            one, other = await page.evaluate(KEYS, list(pair))
            assert (one == other) is are_same, pair


async def test_each_line_has_its_own_direction(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("left to right\nשלום עולם")
    page = await open_page(viewer=alice)
    edges = await page.locator(".tweet-text").evaluate("""text => {
        const lines = [...text.firstChild.data.matchAll(/.+/g)].map((line) => {
            const range = document.createRange();
            range.setStart(text.firstChild, line.index);
            range.setEnd(text.firstChild, line.index + line[0].length);
            return range.getBoundingClientRect();
        });
        const box = text.getBoundingClientRect();
        return [lines[0].left - box.left, box.right - lines[1].right];
    }""")
    assert edges == [pytest.approx(0, abs=1), pytest.approx(0, abs=1)]


async def test_control_characters_in_a_name_do_not_reverse_other_text(
    open_page: OpenPage, anybody: Caller
) -> None:
    mallory = await register(anybody.send, "mallory")
    # Such names are refused now, but may have been imported from elsewhere.
    name = "\u202emoc.elpmaxe\u2066"
    await rows("UPDATE users SET name = $1 WHERE id = $2 RETURNING 1", name, mallory.id)
    await mallory.tweet("hello")
    page = await open_page(viewer=mallory)
    row = tweet(page, "hello")
    shown, handle, when = (row.locator(part) for part in (".name", ".handle", ".when"))
    boxes = [await part.bounding_box() for part in (shown, handle, when)]
    assert [box["x"] for box in boxes if box] == sorted(box["x"] for box in boxes if box)
    assert await handle.inner_text() == "@mallory"
    assert await row.locator(".avatar").inner_text() == "M"
    await shown.click()
    await expect(page.locator(".profile-head")).to_be_visible()
    await expect(page).to_have_title("moc.elpmaxe · Perch")


async def test_a_long_text_can_be_expanded_and_collapsed_by_keyboard(
    open_page: OpenPage, alice: Caller
) -> None:
    await alice.tweet("a line\n" * 30 + "https://example.org/end")
    page = await open_page(viewer=alice)
    text = page.locator(".tweet-text")
    folded = await text.evaluate("text => text.clientHeight")
    more = page.get_by_role("button", name="Show more")
    await expect(more).to_have_attribute("aria-expanded", "false")
    await more.focus()
    await page.keyboard.press("Enter")
    less = page.get_by_role("button", name="Show less")
    await expect(less).to_be_focused()
    await expect(less).to_have_attribute("aria-expanded", "true")
    assert await text.evaluate("text => text.clientHeight") > folded * 2
    await page.keyboard.press("Enter")
    await expect(more).to_be_focused()
    assert await text.evaluate("text => text.clientHeight") == folded
    # When a link below the fold gets the focus, it is shown.
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("link", name="example.org/end")).to_be_focused()
    await expect(less).to_be_visible()


async def test_long_words_and_names_fit_a_narrow_page(open_page: OpenPage, anybody: Caller) -> None:
    walter = await register(anybody.send, "w" * 30, name="W" * 50)
    await walter.tweet("https://example.org/" + "x" * 300 + "\n" + "Ж" * 300 + "\n" + "ص" * 300)
    page = await open_page(viewer=walter, viewport={**PHONE, "width": 320})
    for path in ("/", f"/users/{walter.id}", f"/users/{walter.id}/followers", "/tweets/1"):
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await still(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.parametrize(
    ("status", "error_type", "title"),
    [
        (500, "internal_error", "Something went wrong on the server"),
        (503, "unavailable", "The server is busy"),
        (403, "out_of_scope", "Your key doesn't allow this"),
    ],
)
async def test_a_page_that_fails_says_what_happened_and_what_to_do(
    open_page: OpenPage, alice: Caller, bob: Caller, status: int, error_type: str, title: str
) -> None:
    await bob.tweet("here again")
    page = await open_page(viewer=alice)
    pattern = f"**/api/users/{bob.id}*"
    await refuse(page, pattern, status, error_type, method="GET")
    await tweet(page, "here again").get_by_role("link", name="bob").click()
    await expect(page.get_by_role("alert").get_by_role("heading", name=title)).to_be_visible()
    if error_type == "out_of_scope":
        await expect(page.get_by_role("link", name="Open Settings")).to_be_visible()
        return
    await page.unroute(pattern)
    await page.get_by_role("button", name="Retry").click()
    await expect(page.locator(".profile-head")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/tweets/999", "Tweet not found"),
        ("/users/999", "This account doesn't exist"),
        ("/@nobody", "This account doesn't exist"),
    ],
)
async def test_missing_pages_and_tweets_say_so(
    open_page: OpenPage, alice: Caller, path: str, title: str
) -> None:
    page = await open_page(path, viewer=alice)
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await expect(page.get_by_role("link", name="Go to Home")).to_be_visible()


async def test_the_page_says_so_if_its_scripts_do_not_load(open_page: OpenPage) -> None:
    page = await open_page("/settings")

    async def cut(route: Route) -> None:
        await route.abort()

    await page.route("**/router.js", cut)
    await page.reload()
    late = page.locator(".late")
    await expect(late).to_be_hidden()
    await until_late(page)
    await expect(late.get_by_role("link", name="try again")).to_be_visible()
    await page.unroute("**/router.js")
    await late.get_by_role("link", name="try again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


async def until_late(page: Page) -> None:
    """Behave as if ten seconds had passed."""
    await page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
