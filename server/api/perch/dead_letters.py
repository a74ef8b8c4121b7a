"""Failed tasks, for administrators."""

from __future__ import annotations

from sanic import Blueprint, Request

from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.operation import operation
from server.api.perch.shapes import operations as wire
from server.core import audit
from server.core.audit import Act, Actor
from server.core.errors import DeadLetterNotFound
from server.core.viewer import Viewer
from server.operations import dead_letters

bp = Blueprint("dead_letters", url_prefix="/api/operations/dead-letters")

# The most tasks in one response.
MOST = 500


class DeadLetterList(Answer, frozen=True, kw_only=True):
    """Failed tasks, newest first."""

    dead_letters: list[wire.DeadLetter]


@bp.get("/")
@operation(scope="admin", answer=DeadLetterList)
async def list_dead_letters(request: Request, viewer: Viewer) -> DeadLetterList:
    """List failed tasks, newest first."""
    async with context(request).queue() as redis:
        found = await dead_letters.listed(redis, limit=MOST)
    return DeadLetterList(dead_letters=[letter_facts(letter) for letter in found])


@bp.post("/<letter:str>/retry")
@operation(scope="admin", errors=(DeadLetterNotFound,))
async def retry_dead_letter(request: Request, viewer: Viewer, letter: str) -> Answer:
    """Put a failed task back in its queue."""
    async with context(request).queue() as redis:
        sent = await dead_letters.retry(redis, letter)
    await on_record(sent, Act.TASK_RETRIED, viewer)
    return Answer()


@bp.delete("/<letter:str>")
@operation(scope="admin", errors=(DeadLetterNotFound,))
async def discard_dead_letter(request: Request, viewer: Viewer, letter: str) -> Answer:
    """Discard a failed task. This task's work will be lost."""
    async with context(request).queue() as redis:
        gone = await dead_letters.discard(redis, letter)
    await on_record(gone, Act.TASK_DISCARDED, viewer)
    return Answer()


async def on_record(letter: dead_letters.DeadLetter | None, act: Act, viewer: Viewer) -> None:
    """Record in the audit log what was done with a task. Raises DeadLetterNotFound if there was none."""
    if letter is None:
        raise DeadLetterNotFound
    await audit.record(Actor.of(viewer), act, task=letter.task, letter=letter.id)


def letter_facts(letter: dead_letters.DeadLetter) -> wire.DeadLetter:
    """The task as responses show it."""
    return wire.DeadLetter(letter.id, letter.at, letter.task, letter.arguments, letter.reason)
