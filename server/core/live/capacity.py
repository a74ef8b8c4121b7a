"""How many streams a process takes: more are refused before anything breaks."""

from __future__ import annotations

import logging

from config import open_files

log = logging.getLogger(__name__)

# Each costs about 22 KiB (docs/performance.md).
MAX_STREAMS = 20_000

# Open files that are left to everything else: other connections, logs, the database.
OTHER_FILES = 1_000


def prepare() -> None:
    """Let this process have as many open files as the system allows, and say so where these are few."""
    open_files.raise_limit()
    if streams() < MAX_STREAMS:
        words = (
            "this process can hold at most %d live streams: the system allows it %d open files (ulimit -Hn)"
        )
        log.info(words, streams(), open_files.limit())


def streams() -> int:
    """How many may be open at once."""
    return min(MAX_STREAMS, max(1, open_files.limit() - OTHER_FILES))
