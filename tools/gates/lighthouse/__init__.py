"""Lighthouse as on a phone: on the home page of a member, and for search engines on that of a visitor."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Playwright, async_playwright

from tests import servers
from tools.gates.result import Measure, at_least
from tools.gates.visitor import Visitor, sign_in
from tools.measuring.figures import median, varied

# config/setup.sh installs Lighthouse there.
MODULES = Path(sys.prefix) / "lighthouse" / "node_modules"
PROGRAM = MODULES / "lighthouse" / "cli" / "index.js"

CATEGORIES = {"performance": 97, "accessibility": 100, "best-practices": 100}
PUBLIC = {"seo": 100}
RUNS = 3

# Storage to clear, as for a first visit. What the viewer's browser keeps, the API key, stays.
FORGOTTEN = "service_workers,cache_storage,shader_cache,indexeddb"


def version() -> str:
    """The version of Lighthouse."""
    package: dict[str, str] = json.loads((PROGRAM.parents[1] / "package.json").read_text())
    return package["version"]


async def one(
    visitor: Visitor, playwright: Playwright, categories: Iterable[str], *, is_member: bool = True
) -> dict[str, Any]:
    """Start a browser, sign in as a member, and let Lighthouse connect to it."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory() as profile:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking", f"--remote-debugging-port={port}"],
            base_url=visitor.community.url,
            locale="en-US",
        )
        try:
            if is_member:
                await be_new_but_signed_in(context, visitor)
            return await report(visitor.community.url, port, categories)
        finally:
            await context.close()


async def be_new_but_signed_in(context: BrowserContext, visitor: Visitor) -> None:
    page = await context.new_page()
    await page.goto("/")
    await sign_in(page, visitor.community.viewer.key, visitor.community.viewer.handle)
    session = await context.new_cdp_session(page)
    await page.goto("about:blank")
    await session.send("Network.clearBrowserCache")
    await session.send(
        "Storage.clearDataForOrigin", {"origin": visitor.community.url, "storageTypes": FORGOTTEN}
    )
    await page.close()


async def report(url: str, port: int, categories: Iterable[str]) -> dict[str, Any]:
    """Lighthouse's report. Its preset is a phone with a slow network and CPU."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(PROGRAM),
        f"{url}/",
        f"--port={port}",
        "--disable-storage-reset",
        f"--only-categories={','.join(categories)}",
        "--output=json",
        "--quiet",
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"lighthouse failed: {errors.decode()[-2000:]}")
    found: dict[str, Any] = json.loads(out)
    if found.get("runtimeError"):
        raise RuntimeError(f"lighthouse failed: {found['runtimeError']}")
    return found


def speed_of(found: list[dict[str, Any]]) -> str:
    """How fast Lighthouse found the machine to be, on which what it takes for a phone depends."""
    indexes = [f"{run['environment']['benchmarkIndex']:.0f}" for run in found]
    return f"benchmark index {', '.join(indexes)}"


def lost(found: dict[str, Any], category: str) -> list[str]:
    """The audits that lost points."""
    audits = found["audits"]
    references = found["categories"][category]["auditRefs"]
    return [
        f"{audits[one['id']]['title']} {audits[one['id']].get('displayValue', '')}".strip()
        for one in references
        if one["weight"]
        and (audits[one["id"]]["score"] or 0) < 0.95
        and audits[one["id"]]["score"] is not None
    ]


async def measure(visitor: Visitor, runs: int = RUNS) -> list[Measure]:
    """The median of each category; of what search engines look at, which doesn't vary, a single run."""
    if not PROGRAM.exists():
        raise RuntimeError("Lighthouse is not installed: `make client-gates` does that")
    async with async_playwright() as playwright:
        found = [await one(visitor, playwright, CATEGORIES) for _ in range(runs)]
        public = await one(visitor, playwright, PUBLIC, is_member=False)
    measures = []
    for category, gate in CATEGORIES.items():
        scores = [run["categories"][category]["score"] * 100 for run in found]
        details = [varied(scores), speed_of(found), *lost(found[0], category)]
        measures.append(at_least(f"Lighthouse mobile: {category}", median(scores), gate, details))
    for category, gate in PUBLIC.items():
        score = public["categories"][category]["score"] * 100
        name = f"Lighthouse mobile, signed out: {category}"
        measures.append(at_least(name, score, gate, lost(public, category)))
    return measures
