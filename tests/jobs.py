"""Queues for tests of what asks for later work."""

from __future__ import annotations

from server.core.jobs import Jobs


class NoJobs(Jobs):
    """Where nothing is left for later."""

    async def process_picture(self, media_id: int, *, slow: bool = False) -> bool:
        raise AssertionError

    async def wait_for(self, token: str, seconds: float) -> None:
        raise AssertionError

    async def wake(self, token: str) -> None:
        raise AssertionError

    async def remove_pictures(self, media_ids: object) -> None:
        raise AssertionError

    async def settle_tweets(self, user_id: int) -> None:
        raise AssertionError

    async def make_export(self, export_id: int) -> None:
        raise AssertionError

    async def erase_user(self, user_id: int) -> None:
        raise AssertionError

    async def execute_run(self, run_id: int) -> None:
        raise AssertionError

    async def verify_dump(self, dump_id: str) -> None:
        raise AssertionError

    async def put_aside(self, since: object) -> int:
        raise AssertionError


class LostJobs(NoJobs):
    """What is left for later about people is lost, as in a crash. How much of it was."""

    def __init__(self) -> None:
        self.count = 0

    async def settle_tweets(self, user_id: int) -> None:
        self.count += 1

    async def make_export(self, export_id: int) -> None:
        self.count += 1

    async def erase_user(self, user_id: int) -> None:
        self.count += 1
