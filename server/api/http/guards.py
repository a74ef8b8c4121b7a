"""Authenticates the viewer, and checks whether their API key allows the request."""

from __future__ import annotations

import base64

from sanic import Request

from server.api.http.admission import admit_lookup, asks, note_wrong_key
from server.api.http.messages import PerchRequest
from server.context import Context
from server.core.errors import AccountLeaving, InvalidKey, MissingKey, OutOfScope
from server.core.security import api_keys
from server.core.security.api_keys import Scope
from server.core.viewer import Viewer
from server.features.api_keys import api_keys as keys


def context(request: Request) -> Context:
    """The shared objects that the composition root opened."""
    found: Context = request.app.ctx.perch
    return found


def known_viewer(request: PerchRequest) -> Viewer | None:
    """The viewer with the request's key, if this process knows the key. Raises MissingKey, InvalidKey."""
    head, viewers = request.known, context(request).memory.viewers
    entry = head.viewer if head is not None else None
    viewer: Viewer | None = viewers.current(entry) if entry is not None else None
    if viewer is None:
        entry = keys.known(shown_key(request), viewers)
        viewer = viewers.current(entry) if entry is not None else None
        if head is not None:
            head.viewer = entry
    return None if viewer is None or viewer.is_over() else viewer


async def looked_up_viewer(request: Request) -> Viewer:
    """The viewer with the request's key, from the database. Raises MissingKey, or as `viewer_with`."""
    return await viewer_with(request, await admitted_key(request))


async def viewer_with(request: Request, key: str) -> Viewer:
    """The viewer with an admitted key, from the database.

    Raises:
        InvalidKey: there is no such key, or it is over.
        AccountSuspended: its user is suspended.
        RateLimited: too many wrong keys came from the address.
    """
    perch, digest = context(request), api_keys.digest(key)
    viewer = await keys.authenticate(key, perch.memory.viewers, demo=perch.settings.demo)
    if not isinstance(viewer, Viewer):
        perch.memory.valid_keys.forget(digest)
        await refuse(request)
        raise viewer
    perch.memory.valid_keys.add(digest)
    return viewer


async def admitted_key(request: Request) -> str:
    """The request's key, counted before it is looked up. Raises MissingKey, InvalidKey, RateLimited.

    A malformed key is refused without a query. A key that was valid in this process before isn't counted, so
    that wrong keys from a shared address don't lock anyone out.
    """
    key, perch = shown_key(request), context(request)
    asks(request)
    if not api_keys.is_plausible(key):
        await refuse(request)
        raise InvalidKey
    if not perch.memory.valid_keys.holds(api_keys.digest(key)):
        admit_lookup(request, perch.rates)
    return key


async def refuse(request: Request) -> None:
    """Count a wrong key. Raises RateLimited."""
    if (rates := context(request).rates) is not None:
        await note_wrong_key(request, rates)


def allowed(viewer: Viewer, *scopes: Scope, leaving: bool = False) -> Viewer:
    """Return the viewer, if their key has all of these scopes.

    Args:
        leaving: whether users whose account is being deleted may do this too.

    Raises:
        OutOfScope: a scope is missing.
        AccountLeaving: the account is being deleted, and `leaving` is False.
    """
    if viewer.erase_after is not None and not leaving:
        raise AccountLeaving(
            f"This account is being deleted and will be erased on {viewer.erase_after:%Y-%m-%dT%H:%M:%SZ}. "
            "Until then, you can keep it with DELETE /api/users/me/deletion."
        )
    for scope in scopes:
        if scope not in viewer.scopes:
            raise OutOfScope(f"This API key doesn't have the scope {scope}, which this request needs.")
    return viewer


def shown_key(request: Request) -> str:
    """The key in the header `api-key`, else in `Authorization` as Bearer or as the password of Basic."""
    if key := request.headers.get("api-key"):
        return str(key).strip()
    scheme, _, value = str(request.headers.get("authorization") or "").partition(" ")
    match scheme.lower():
        case "":
            raise MissingKey
        case "bearer" if value.strip():
            return value.strip()
        case "basic":
            try:
                return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
            except ValueError:  # not base64, or not UTF-8
                raise InvalidKey from None
        case _:
            raise MissingKey
