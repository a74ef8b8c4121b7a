"""What a user can do with all that is theirs: take it along, and delete it."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.headers import NO_STORE
from server.api.http.objects import send
from server.api.http.operation import operation
from server.api.perch.shapes import privacy as wire
from server.api.perch.shapes.privacy import Confirmation, Deletion, Export
from server.core.audit import Actor
from server.core.errors import Administrator, ExportNotFound, LastAdministrator, PublicKey, UserNotFound
from server.core.viewer import Viewer
from server.features.privacy import deletion, exports
from storage.base import ObjectNotFound

bp = Blueprint("privacy", url_prefix="/api/users")


class AskedExport(Answer, frozen=True, kw_only=True):
    """An archive that is being made."""

    export: Export


class OneExport(Answer, frozen=True, kw_only=True):
    """One's archive; null where none was asked for, or its time is over."""

    export: Export | None


class DeletedAccount(Answer, frozen=True, kw_only=True):
    """One's account, which can still be kept."""

    deletion: Deletion


class OneDeletion(Answer, frozen=True, kw_only=True):
    """One's account, which can still be kept; null where it is not being deleted."""

    deletion: Deletion | None


@bp.post("/me/export")
@operation(scope="account", answer=AskedExport, status=202, errors=(ExportNotFound,))
async def ask(request: Request, viewer: Viewer) -> AskedExport:
    """Have an archive of one's data made.

    It holds profile, tweets, likes, follows, keys (not their texts), invitations and pictures. Where one is
    under way, or is less than an hour old, that is the answer.
    """
    return AskedExport(
        export=wire.export(await exports.ask(viewer.id, context(request).jobs, context(request).store))
    )


@bp.get("/me/export")
@operation(scope="read", answer=OneExport)
async def read(request: Request, viewer: Viewer) -> OneExport:
    """Read what became of one's archive."""
    found = await exports.read(viewer.id)
    return OneExport(export=wire.export(found) if found else None)


@bp.get("/me/export/archive")
@operation(scope="account", instead="archive", file=exports.CONTENT_TYPE, errors=(ExportNotFound,))
async def fetch(request: Request, viewer: Viewer) -> None:
    """Fetch the archive of one's data (zip).

    Keys that only read and are older than the scope `account` have the scope `archive`, which is enough.
    """
    key = await exports.key_of(viewer.id)
    headers = {**NO_STORE, "content-disposition": f'attachment; filename="perch-{viewer.handle}.zip"'}
    try:
        async with context(request).store.read(key) as found:
            await send(request, found, headers)
    except ObjectNotFound:
        raise ExportNotFound from None


@bp.delete("/me")
@operation(
    scope="account",
    body=Confirmation,
    answer=DeletedAccount,
    errors=(PublicKey, LastAdministrator),
    leaving=True,
)
async def delete_oneself(request: Request, viewer: Viewer, body: Confirmation) -> DeletedAccount:
    """Delete one's account with everything in it. It can be taken back for seven days.

    From the answer on nobody sees anything of it. Its keys with the scope `account` can keep it until
    `erase_after`, and do nothing else; the others are refused. Then a task removes everything, and the handle
    is nobody's ever again. Sent again, it answers the same.
    """
    found = await deletion.delete_oneself(viewer, body.handle, context(request).jobs)
    return DeletedAccount(deletion=wire.deletion(found))


@bp.get("/me/deletion")
@operation(scope="account", answer=OneDeletion, leaving=True)
async def read_deletion(request: Request, viewer: Viewer) -> OneDeletion:
    """Read whether one's account is being deleted, and until when it can be kept."""
    found = await deletion.read(viewer)
    return OneDeletion(deletion=wire.deletion(found) if found else None)


@bp.delete("/me/deletion")
@operation(scope="account", leaving=True)
async def keep(request: Request, viewer: Viewer) -> Answer:
    """Take back the deletion of your account. Also succeeds if it isn't being deleted.

    Links that it made stay revoked.
    """
    await deletion.keep(viewer.id, context(request).jobs)
    return Answer()


@bp.delete("/<user_id:id>")
@operation(scope="admin", body=Confirmation, errors=(UserNotFound, Administrator))
async def delete(request: Request, viewer: Viewer, body: Confirmation, user_id: int) -> Answer:
    """Delete somebody's account with everything in it, at once. It cannot be taken back, and is on record.

    Administrators are deleted on the server's terminal only.
    """
    await deletion.delete(user_id, body.handle, Actor.of(viewer), context(request).jobs)
    return Answer()
