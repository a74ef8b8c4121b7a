"""The headers of every response, unless its handler sets others, and what other sites may read (CORS).

Nothing that we serve may run inline scripts or styles, be framed, or have its type guessed from its bytes.
Browsers don't let another site read a response unless `CORS_ORIGINS` names that site. They never send
cookies, as there are none.
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

# Responses depend on the viewer, and browsers must always get the newest one.
NO_STORE = {"cache-control": "no-store"}

# The headers that scripts of other sites may send, and those that they may read.
SENT = "api-key, authorization, content-type, idempotency-key, last-event-id"
READ = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"

# For how many seconds a browser may remember a preflight response.
REMEMBERED = "600"

# The paths that other sites may use. Pages are only for our own client.
FOR_OTHERS = ("/api/", "/media/")


class StandardHeaders:
    """The headers that the settings ask for: `each` for any response, and for JSON joined, line ends first.

    `json` is for responses that other sites may not read. `shared_json` is for those that they may, so it
    lacks the header that forbids it. They are joined because Sanic would otherwise encode and check each
    header of each response, although these never change.
    """

    def __init__(self, settings: Settings) -> None:
        self.each = dict(HEADERS)
        if settings.hsts_max_age:
            self.each["strict-transport-security"] = f"max-age={settings.hsts_max_age}"
        lines = {name: f"\r\n{name}: {value}" for name, value in {**NO_STORE, **self.each}.items()}
        self.json = "".join(lines.values()).encode()
        del lines[POLICY]
        self.shared_json = "".join(lines.values()).encode()
        self.origins = frozenset(
            part.strip().rstrip("/") for part in (settings.cors_origins or "").split(",")
        )
        self.has_origins = settings.cors_origins is not None

    def for_others(self, request: Request) -> dict[str, str]:
        """The headers that let a script of another site read the response, if it may."""
        if not self.has_origins or not request.path.startswith(FOR_OTHERS):
            return {}
        found = {"vary": "origin"}
        origin = request.headers.get("origin", "")
        if origin and (origin in self.origins or ("*" in self.origins and is_plain(origin))):
            found[ORIGIN] = origin
            found["access-control-expose-headers"] = READ
            found[POLICY] = "cross-origin"
        return found

    def is_preflight(self, request: Request) -> bool:
        """Whether this is a browser's preflight request for a script of a site that may call us."""
        return (
            request.method == "OPTIONS"
            and "access-control-request-method" in request.headers
            and ORIGIN in self.for_others(request)
        )


def is_plain(origin: str) -> bool:
    """Whether a header can repeat this value."""
    return origin.isascii() and origin.isprintable()


def preflight(methods: list[str]) -> dict[str, str]:
    """The headers of the response to a preflight request."""
    return {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": SENT,
        "access-control-max-age": REMEMBERED,
    }


def standard(request: Request) -> StandardHeaders:
    """The standard headers of this application."""
    found: StandardHeaders = request.app.ctx.standard_headers
    return found
