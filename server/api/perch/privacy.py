"""What users can do with all their data: export it, and delete it."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http import objects
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.headers import NO_STORE
from server.api.http.operation import operation
from server.api.perch.shapes import privacy as wire
from server.api.perch.shapes.privacy import Confirmation, Deletion, Export
from server.core.audit import Actor
from server.core.errors import Administrator, ExportNotFound, LastAdministrator, PublicKey, UserNotFound
from server.core.viewer import Viewer
from server.features.privacy import deletion, exports
from server.features.privacy.feature import DELETIONS, UNDONE_DELETIONS
from storage.base import ObjectNotFound

bp = Blueprint("privacy", url_prefix="/api/users")


class AskedExport(Answer, frozen=True, kw_only=True):
    """An archive that is being made."""

    export: Export


class OneExport(Answer, frozen=True, kw_only=True):
    """Your archive; null if you haven't asked for one, or it has expired."""

    export: Export | None


class DeletedAccount(Answer, frozen=True, kw_only=True):
    """Your account, which you can still keep."""

    deletion: Deletion


class OneDeletion(Answer, frozen=True, kw_only=True):
    """One's account, which you can still keep; null if it isn't being deleted."""

    deletion: Deletion | None


@bp.post("/me/export")
@operation(scope="account", answer=AskedExport, status=202, errors=(ExportNotFound,))
async def ask(request: Request, viewer: Viewer) -> AskedExport:
    """Ask for an archive of your data.

    It holds your profile, tweets, likes, follows, keys (without the keys themselves), invitations and
    pictures. If one is being made, or is less than an hour old, you get that one.
    """
    return AskedExport(
        export=wire.export(await exports.ask(viewer.id, context(request).jobs, context(request).store))
    )


@bp.get("/me/export")
@operation(scope="read", answer=OneExport)
async def read(request: Request, viewer: Viewer) -> OneExport:
    """Read the state of your archive."""
    found = await exports.read(viewer.id)
    return OneExport(export=wire.export(found) if found else None)


@bp.get("/me/export/archive")
@operation(scope="account", instead="archive", file=exports.CONTENT_TYPE, errors=(ExportNotFound,))
async def fetch(request: Request, viewer: Viewer) -> None:
    """Download the archive of your data (zip).

    The scope `archive` is enough. Read-only keys from before the scope `account` existed have it.
    """
    key = await exports.key_of(viewer.id)
    headers = {**NO_STORE, "content-disposition": f'attachment; filename="perch-{viewer.handle}.zip"'}
    try:
        async with objects.opened(request, key) as found:
            await objects.send(request, found, headers, found.info.content_type)
    except ObjectNotFound:
        raise ExportNotFound from None


@bp.delete("/me")
@operation(
    scope="account",
    body=Confirmation,
    answer=DeletedAccount,
    errors=(PublicKey, LastAdministrator),
    leaving=True,
    limit=DELETIONS,
)
async def delete_oneself(request: Request, viewer: Viewer, body: Confirmation) -> DeletedAccount:
    """Delete your account and everything in it. You can undo this for seven days.

    Once you get the response, nobody can see anything of the account. Until `erase_after`, its keys with the
    scope `account` can keep it and do nothing else; its other keys are refused. Then a task removes
    everything, and nobody can ever use the handle again. Repeating the request gives the same response.
    """
    found = await deletion.delete_oneself(viewer, body.handle, context(request).jobs)
    return DeletedAccount(deletion=wire.deletion(found))


@bp.get("/me/deletion")
@operation(scope="account", answer=OneDeletion, leaving=True)
async def read_deletion(request: Request, viewer: Viewer) -> OneDeletion:
    """Read whether your account is being deleted, and until when you can keep it."""
    found = await deletion.read(viewer)
    return OneDeletion(deletion=wire.deletion(found) if found else None)


@bp.delete("/me/deletion")
@operation(scope="account", leaving=True, limit=UNDONE_DELETIONS)
async def keep(request: Request, viewer: Viewer) -> Answer:
    """Take back the deletion of your account. Also succeeds if it isn't being deleted.

    Invitation links that you made stay revoked.
    """
    await deletion.keep(viewer.id, context(request).jobs)
    return Answer()


@bp.delete("/<user_id:id>")
@operation(scope="admin", body=Confirmation, errors=(UserNotFound, Administrator))
async def delete(request: Request, viewer: Viewer, body: Confirmation, user_id: int) -> Answer:
    """Delete a user's account and everything in it, at once. This can't be undone, and goes in the audit log.

    Administrators can be deleted only on the server's terminal.
    """
    await deletion.delete(user_id, body.handle, Actor.of(viewer), context(request).jobs)
    return Answer()
