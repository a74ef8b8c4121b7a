"""Reading pages: what they say about themselves, and what is done about those that mean no good."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from server.core.outbound.fetcher import Fetched, NotFetched
from tasks.page_reader import Said, read_page

NOTHING = Said("", "", "", "", "")


async def read(page: str | bytes, charset: str | None = "utf-8") -> Said:
    body = page if isinstance(page, bytes) else page.encode()
    return await read_page(Fetched("https://page.test/", charset, body))


async def test_a_page_says_what_it_is_about() -> None:
    page = """<!doctype html><html><head>
        <title>Not this</title>
        <meta property="og:title" content="Bread &amp;
            butter"><meta name="description" content="Not this">
        <meta property="og:description" content="How to.">
        <meta property="og:site_name" content="Kitchen">
        <meta property="og:image" content="/bread.jpg"><meta property="og:image" content="/second.jpg">
        <meta property="og:image:alt" content="A loaf"></head><body><title>Nor this</title></body></html>"""
    assert await read(page) == Said("Bread & butter", "How to.", "Kitchen", "/bread.jpg", "A loaf")


async def test_a_page_says_which_pages_are_its_author_s() -> None:
    links = "".join(f'<a rel=me href="https://perch.test/{number}">' for number in range(30))
    page = f"""<link rel="ME alternate" href=" https://a.test/ "><a rel="met" href="https://b.test/">
        <a rel=me><a rel=me href="/relative"><a rel=me href="https://{"x" * 600}.test/">{links}"""
    found = (await read(page)).me
    assert found[:2] == ("https://a.test/", "https://perch.test/0")
    assert len(found) == 20


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title> A <b>page</b> </title>", "A <b>page</b>"),
        ("<title></title><meta name=twitter:title content=X>", "X"),
        ('<meta property="og:title" content=""><title>Plain</title>', "Plain"),
        ("<title>a\u202eb\u2066c\x07d\u200bе</title>", "abcdе"),
        ("<title>👩‍👩‍👧 می‌خواهم</title>", "👩‍👩‍👧 می‌خواهم"),
        (f"<title>{'x' * 300}</title>", "x" * 199 + "…"),
        ("<svg><title>in a drawing</title></svg>", "in a drawing"),
        ("plain words", ""),
        ("", ""),
    ],
)
async def test_titles(page: str, title: str) -> None:
    assert (await read(page)).title == title


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<title>Привет</title>".encode("cp1251"), "windows-1251"),
        ("<meta charset=windows-1251><title>Привет</title>".encode("cp1251"), None),
        ("<title>Привет</title>".encode(), "no-such-charset"),
        ("\ufeff<title>Привет</title>".encode(), None),
    ],
)
async def test_pages_are_decoded_as_they_say(body: bytes, charset: str | None) -> None:
    assert (await read(body, charset)).title == "Привет"


ATTRIBUTES = "".join(f" a{number}=1" for number in range(90_000))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000,
        "<b><i>" * 150_000,
        "<table>" * 140_000,
        "<a><table>" * 100_000,
        "<!--" * 250_000,
        "&" * 1_000_000,
        "<" * 1_000_000,
        "<!DOCTYPE x [" + "<!ENTITY a 'b'>" * 50_000 + "]>&a;",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><title>&a;</title>',
        f"<p{ATTRIBUTES}>",
    ],
    ids=range(10),
)
async def test_pages_that_mean_no_good_take_little_and_say_nothing(page: str) -> None:
    began = time.process_time()
    said = NOTHING
    with suppress(NotFetched):
        said = await read(page)
    assert said.title in ("", "&a;")
    assert "root:" not in repr(said)
    assert time.process_time() - began < 1, "this process did none of it"
