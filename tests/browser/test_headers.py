"""How a real browser treats the headers; `open_page` fails if it complains about a policy."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, expect

from tests import pictures
from tests.browser.conftest import OpenPage
from tests.callers import Caller


async def test_the_api_documentation_is_shown_under_its_csp(open_page: OpenPage) -> None:
    page = await open_page("/api/docs")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Perch")
    assert await page.evaluate("getComputedStyle(document.querySelector('article')).borderRadius") == "14px"
    assert await page.evaluate("document.styleSheets.length") == 1


async def test_an_inline_script_does_not_run(browser: Browser, address: str, database: None) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address)
    ran = await page.evaluate(
        """() => new Promise((tell) => {
            addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective));
            const script = document.createElement("script");
            script.append("window.ran = true");
            document.head.append(script);
            setTimeout(() => tell(window.ran), 2000);
        })"""
    )
    await context.close()
    assert ran in ("script-src-elem", "require-trusted-types-for")


ATTACKS = [
    "document.body.innerHTML = '<p>'",
    "document.body.insertAdjacentHTML('beforeend', '<p>')",
    "document.createElement('iframe').srcdoc = '<p>'",
    "document.createElement('script').src = '/static/app.js'",
    "document.createElement('script').text = 'ran = true'",
    "document.write('<p>')",
    "new DOMParser().parseFromString('<p>', 'text/html')",
    "navigator.serviceWorker.register('/media/x')",
    "trustedTypes.createPolicy('default', { createHTML: (text) => text })",
    "trustedTypes.createPolicy('perch', { createHTML: (text) => text })",
]


async def test_trusted_types_forbid_turning_text_into_html_or_scripts(
    browser: Browser, address: str, database: None
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address)
    # Our own Trusted Types policy creates one address: that from which the browser loads the worker.
    assert await page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)")
    refused = {
        attack: await page.evaluate(
            f"""async () => {{
                try {{ await ({attack}); return "done"; }} catch (error) {{ return error.name; }}
            }}"""
        )
        for attack in ATTACKS
    }
    await context.close()
    assert refused == dict.fromkeys(ATTACKS, "TypeError")


async def answer_with_a_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Another site that forbids nothing."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>")
    await writer.drain()
    writer.close()


async def test_other_sites_show_pictures_and_nothing_else(
    browser: Browser, address: str, alice: Caller, worker: None
) -> None:
    url = (await alice.upload(pictures.jpeg()))["media"]["url"]
    context = await browser.new_context()
    page = await context.new_page()
    other = await asyncio.start_server(answer_with_a_page, "127.0.0.1", 0)
    await page.goto(f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/")
    sizes = await page.evaluate(
        """(urls) => Promise.all(urls.map((url) => new Promise((tell) => {
            const image = new Image();
            image.onload = () => tell(image.naturalWidth);
            image.onerror = () => tell(0);
            image.src = url;
        })))""",
        [address + url, address + "/icons/perch-192.png"],
    )
    await context.close()
    other.close()
    assert sizes[0] > 0
    assert sizes[1] == 0
