"""The viewer's own API keys."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.operation import operation
from server.api.perch.shapes import api_keys as wire
from server.api.perch.shapes.api_keys import Key, NewKey
from server.core.errors import KeyNotFound, PublicKey, QuotaExceeded
from server.core.viewer import Viewer
from server.features.api_keys import api_keys as keys

bp = Blueprint("keys", url_prefix="/api/keys")


class KeyList(Answer, frozen=True, kw_only=True):
    """All keys that aren't revoked, newest first; of those that have expired, at most 100."""

    keys: list[Key]


class CreatedKey(Answer, frozen=True, kw_only=True):
    """A new key."""

    key_id: int
    key: Annotated[str, Meta(description="The key itself. It is shown only once.")]
    details: Key


class RevokeQuery(msgspec.Struct, frozen=True):
    """What else to revoke."""

    made: Annotated[bool, Meta(description="Also revoke keys that were made with it, and so on.")] = False


class RevokedKeys(Answer, frozen=True, kw_only=True):
    """The ids of the keys that were revoked."""

    revoked: list[int]


@bp.get("/")
@operation(scope="read", answer=KeyList, account=True)
async def list_keys(request: Request, viewer: Viewer) -> KeyList:
    """List your keys."""
    return KeyList(keys=[wire.key(record, viewer.key_id) for record in await keys.of_user(viewer.id)])


@bp.post("/")
@operation(scope="account", body=NewKey, answer=CreatedKey, status=201, errors=(QuotaExceeded,))
async def create(request: Request, viewer: Viewer, body: NewKey) -> CreatedKey:
    """Create a key. It can't have more scopes than the key you use, or be valid for longer."""
    record, key = await keys.create_by(viewer, body.name, body.scopes, body.expires_at)
    return CreatedKey(key_id=record.id, key=key, details=wire.key(record, viewer.key_id))


@bp.delete("/<key_id:id>")
@operation(
    scope="account", query=RevokeQuery, answer=RevokedKeys, errors=(KeyNotFound, PublicKey), account=True
)
async def revoke(request: Request, viewer: Viewer, query: RevokeQuery, key_id: int) -> RevokedKeys:
    """Revoke one of your keys. It stops working everywhere at once.

    Keys that were made with it keep working, so that you can replace a key by a new one. If it was stolen,
    use `made=true` to revoke those too.
    """
    return RevokedKeys(revoked=sorted(await keys.revoke(viewer.id, key_id, with_made=query.made)))
