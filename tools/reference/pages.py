"""All pages that are generated from the code, by their paths."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import cache
from pathlib import Path

from config.settings import Settings
from server.api.http import openapi
from server.app import create_app
from server.context import Context
from tools.reference import api, commands, events, schedules, settings

ROOT = Path(__file__).parents[2]


@cache
def pages() -> dict[Path, str]:
    """The pages as they should be."""

    def nothing() -> AbstractAsyncContextManager[Context]:
        raise RuntimeError("nobody asks this application")

    defaults = Settings(_env_file=None)  # type: ignore[call-arg]
    app = create_app(defaults, nothing, name="perch-reference")
    return {
        ROOT / "docs/reference/cli.md": commands.page(),
        ROOT / "docs/reference/settings.md": settings.page(ROOT / ".env.example"),
        ROOT / "docs/reference/schedules.md": schedules.page(defaults),
        ROOT / "docs/reference/api.md": api.page(openapi.document(app)),
        ROOT / "docs/live.md": events.page(ROOT / "docs/live.md"),
        ROOT / "config/man/perch.1": commands.manual(),
    }
