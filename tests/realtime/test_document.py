"""Runs the examples in docs/live.md exactly as written."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from server.api.perch.telling import TELLERS
from server.features.api_keys.events import PERMISSIONS
from server.features.registry import KINDS
from tests.callers import Caller

PAGE = Path(__file__).parents[2] / "docs" / "live.md"


@pytest.mark.parametrize(
    ("language", "program"), [("python", [sys.executable, "-c"]), ("sh", ["/bin/sh", "-c"])]
)
async def test_the_examples_print_a_new_tweet(
    address: str, alice: Caller, bob: Caller, language: str, program: list[str]
) -> None:
    example = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example is not None
    environment = {"PERCH_URL": address, "PERCH_KEY": str(bob.key), "PATH": os.environ["PATH"]}
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(
        *program,
        example[1],
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=quiet,
        start_new_session=True,
    )
    assert running.stdout is not None
    printed = b""
    try:
        async with asyncio.timeout(20):
            while b"for the example" not in printed:
                # The first tweets may be published before the example listens.
                await alice.tweet("for the example")
                with contextlib.suppress(TimeoutError):
                    printed += await asyncio.wait_for(running.stdout.read(4096), 1)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        await running.wait()
    assert b"alice" in printed


def test_every_event_is_in_the_table() -> None:
    page = PAGE.read_text()
    assert set(KINDS.names()) - TELLERS.keys() == {PERMISSIONS.name}
    told = {str(teller.shape.__struct_config__.tag) for teller in TELLERS.values()}
    for kind in [*told, "open", "reset"]:
        assert f"| `{kind}` |" in page
