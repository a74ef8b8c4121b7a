"""What every answer has in its head, where its handler does not say otherwise; and what other sites may read.

Nothing that is served here runs an inline script or style, is framed, or is guessed at by its bytes. A
browser lets no other site read an answer, unless `CORS_ORIGINS` names that site; it never sends cookies, as
there are none.
"""

from __future__ import annotations

from sanic import Request

from config.settings import Settings

ORIGIN, POLICY = "access-control-allow-origin", "cross-origin-resource-policy"

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    POLICY: "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

# Answers depend on the viewer, and a browser must always see the newest.
NO_STORE = {"cache-control": "no-store"}

# What scripts of other sites may send, and read of an answer.
SENT = "api-key, authorization, content-type, idempotency-key, last-event-id"
READ = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"

# How long a browser remembers what it was allowed. Seconds.
REMEMBERED = "600"

# Pages are for our own client alone.
FOR_OTHERS = ("/api/", "/media/")


class StandardHeaders:
    """As the settings say: `each` for any answer, and for JSON the same in one piece.

    `json` is what other sites may not read, `shared_json` what they may, without the header that forbids it.
    In one piece, because Sanic encodes and checks each header of each answer, though these never change.
    """

    def __init__(self, settings: Settings) -> None:
        self.each = dict(HEADERS)
        if settings.hsts_max_age:
            self.each["strict-transport-security"] = f"max-age={settings.hsts_max_age}"
        lines = {name: f"{name}: {value}" for name, value in {**NO_STORE, **self.each}.items()}
        self.json = "\r\n".join(lines.values()).encode()
        del lines[POLICY]
        self.shared_json = "\r\n".join(lines.values()).encode()
        self.origins = frozenset(
            part.strip().rstrip("/") for part in (settings.cors_origins or "").split(",")
        )
        self.has_origins = settings.cors_origins is not None

    def for_others(self, request: Request) -> dict[str, str]:
        """What lets a script of another site read the answer, where that is allowed."""
        if not self.has_origins or not request.path.startswith(FOR_OTHERS):
            return {}
        found = {"vary": "origin"}
        origin = request.headers.get("origin", "")
        if origin and (origin in self.origins or "*" in self.origins):
            found[ORIGIN] = origin
            found["access-control-expose-headers"] = READ
            found[POLICY] = "cross-origin"
        return found

    def is_preflight(self, request: Request) -> bool:
        """Whether a browser asks what a script of another site may send."""
        return (
            request.method == "OPTIONS"
            and "access-control-request-method" in request.headers
            and ORIGIN in self.for_others(request)
        )


def preflight(methods: list[str]) -> dict[str, str]:
    """The headers that answer it."""
    return {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": SENT,
        "access-control-max-age": REMEMBERED,
    }


def standard(request: Request) -> StandardHeaders:
    """Those of this application."""
    found: StandardHeaders = request.app.ctx.standard_headers
    return found
