"""The number of streams that a process accepts. More are refused before anything breaks."""

from __future__ import annotations

import logging

from config import process

log = logging.getLogger(__name__)

# Each stream costs about 22 KiB (docs/performance.md).
MAX_STREAMS = 20_000

# Open files reserved for everything else: other connections, logs, the database.
OTHER_FILES = 1_000


def prepare() -> None:
    """Raise this process's limit of open files as far as the system allows, and log if that is too low."""
    process.raise_file_limit()
    if streams() < MAX_STREAMS:
        words = (
            "this process can hold at most %d live streams: the system allows it %d open files (ulimit -Hn)"
        )
        log.info(words, streams(), process.file_limit())


def streams() -> int:
    """How many streams may be open at once."""
    return min(MAX_STREAMS, max(1, process.file_limit() - OTHER_FILES))
