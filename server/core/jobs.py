"""Work that the domain asks for and does not do itself. `tasks` implements it; a composition root joins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Jobs(Protocol):
    """Later work. Asking never fails: what cannot be queued is found by reconciliation later."""

    async def process_picture(self, media_id: int, *, slow: bool = False) -> bool:
        """Make a picture's variants, with `slow` where others do not wait behind it. Whether it is queued."""

    async def wait_for(self, token: str, seconds: float) -> None:
        """Return when `wake` is called for the picture with this token, or after that time."""

    async def wake(self, token: str) -> None:
        """Have `wait_for` return to whoever waits for this picture, if anybody does."""

    async def remove_pictures(self, media_ids: Sequence[int]) -> None:
        """Delete the objects and rows of pictures in the state `removed`."""

    async def settle_tweets(self, user_id: int) -> None:
        """Mark the tweets of a user who was hidden, or is shown again."""

    async def make_export(self, export_id: int) -> None:
        """Make an archive that somebody asked for."""

    async def erase_user(self, user_id: int) -> None:
        """Remove all that a deleted user left."""

    async def execute_run(self, run_id: int) -> None:
        """Do what a scheduled run stands for, if it is still due."""

    async def verify_dump(self, dump_id: str) -> None:
        """Read a dump to its end, and say what came of it."""

    async def put_aside(self, since: datetime) -> int:
        """How many messages were given up since then, as each worker died over them or none knew their task.

        0 where nobody can tell.
        """
