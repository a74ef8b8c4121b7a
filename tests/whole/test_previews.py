"""A real server fetches the page that a tweet links to."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests import pictures
from tests.outbound.hostile import hostile, page
from tests.waiting import until
from tests.whole.conftest import running


async def test_a_link_gets_a_preview(tmp_path: Path) -> None:
    async with hostile() as site:
        site.answers |= {
            "/": page(b"<title>Bread</title><meta property='og:image' content='loaf.png'>"),
            "/loaf.png": page(pictures.png(), headers=b"Content-Type: image/png\r\n"),
        }
        with running(tmp_path, PREVIEWS="on", PREVIEWS_HOSTS="127.0.0.1") as perch:
            async with httpx.AsyncClient(base_url=perch.url, timeout=60) as client:
                (alice,) = await perch.register(client)
                number = await alice.tweet(f"look: {site.url('/', '127.0.0.1')}")

                async def is_shown() -> bool:
                    return "preview" in await alice.read(number)

                await until(is_shown)
                shown = (await alice.read(number))["preview"]
                assert (shown["url"], shown["title"]) == (site.url("/", "127.0.0.1"), "Bread")
                assert (await client.get(shown["picture"]["url"])).status_code == 200
