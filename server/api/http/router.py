"""Routing."""

from __future__ import annotations

from typing import Any

from sanic.router import Router as SanicRouter


class Router(SanicRouter):
    """Sanic's router, which takes many slashes at the end of a path for one.

    Sanic's own tries again without the last slash, by recursion: a path of a thousand slashes took half a
    second and ended in a RecursionError (docs/upstream.md).
    """

    def _get(self, path: str, method: str, host: str | None) -> tuple[Any, Any, dict[str, Any]]:
        if path.endswith("//"):
            path = path.rstrip("/") + "/"
        return super()._get(path, method, host)
