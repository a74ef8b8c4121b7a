"""One's own API keys."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.operation import operation
from server.api.perch.shapes import api_keys as wire
from server.api.perch.shapes.api_keys import Key, NewKey
from server.core.errors import KeyNotFound, PublicKey
from server.core.viewer import Viewer
from server.features.api_keys import api_keys as keys

bp = Blueprint("keys", url_prefix="/api/keys")


class KeyList(Answer, frozen=True, kw_only=True):
    """All keys that are not revoked, the newest first."""

    keys: list[Key]


class CreatedKey(Answer, frozen=True, kw_only=True):
    """A new key."""

    key_id: int
    key: Annotated[str, Meta(description="The key itself. It is shown this once.")]
    details: Key


class RevokeQuery(msgspec.Struct, frozen=True):
    """What ends besides."""

    made: Annotated[bool, Meta(description="Those too that were made with it, and with these.")] = False


class RevokedKeys(Answer, frozen=True, kw_only=True):
    """The ids of the keys that are revoked now."""

    revoked: list[int]


@bp.get("/")
@operation(scope="read", answer=KeyList, account=True)
async def list_keys(request: Request, viewer: Viewer) -> KeyList:
    """List one's keys."""
    return KeyList(keys=[wire.key(record, viewer.key_id) for record in await keys.of_user(viewer.id)])


@bp.post("/")
@operation(scope="account", body=NewKey, answer=CreatedKey, status=201)
async def create(request: Request, viewer: Viewer, body: NewKey) -> CreatedKey:
    """Make a key, with no more scopes than the shown key has, and valid no longer."""
    record, key = await keys.create_by(viewer, body.name, body.scopes, body.expires_at)
    return CreatedKey(key_id=record.id, key=key, details=wire.key(record, viewer.key_id))


@bp.delete("/<key_id:id>")
@operation(
    scope="account", query=RevokeQuery, answer=RevokedKeys, errors=(KeyNotFound, PublicKey), account=True
)
async def revoke(request: Request, viewer: Viewer, query: RevokeQuery, key_id: int) -> RevokedKeys:
    """Revoke one of one's keys: it is refused everywhere from then on.

    Keys that were made with it go on, as a new one shall when the old one ends; with `made=true` they end
    too, as they should where it was stolen.
    """
    return RevokedKeys(revoked=sorted(await keys.revoke(viewer.id, key_id, with_made=query.made)))
