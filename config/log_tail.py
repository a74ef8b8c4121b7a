"""The newest lines of all log files of this machine, for administrators who follow them over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from config.log_files import FINISHED, SUFFIX, listed

# How many bytes are read from the end of each file, and how many files are read.
EACH, FILES = 256 << 10, 40


class Level(StrEnum):
    """The severity of a line, the lowest first."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


LEVELS = list(Level)

# The fields of every line.
NAMES = ("time", "level", "process", "work", "logger", "message")

# Matches files with a line for each request, by the part of the name after the host's name.
ACCESS = re.compile(r"[^.]*\.[^.]*-access\.")


def tail(
    folder: Path, *, limit: int, level: Level = Level.DEBUG, text: str = "", after: str = ""
) -> list[dict[str, Any]]:
    """Lines of at least this level that contain this text in upper or lower case, the newest last.

    Args:
        after: the time of a line; only newer lines are returned.
    """
    files = [*listed(folder, FINISHED), *listed(folder, SUFFIX)]
    lines = (
        line
        for path in [path for path in files if not ACCESS.match(path.name)][-FILES:]
        for line in lines_of(path)
        if line["time"] > after and is_wanted(line, level, text.casefold())
    )
    return nlargest(limit, lines, key=itemgetter("time"))[::-1]


def is_wanted(line: dict[str, Any], level: Level, text: str) -> bool:
    """Whether the line has the level and the text that were asked for."""
    name = line.get("level")
    if name in LEVELS and LEVELS.index(Level(name)) < LEVELS.index(level):
        return False
    return not text or any(text in str(value).casefold() for value in line.values())


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The last lines of a file; none if it was shipped meanwhile."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - EACH))
            data = file.read()
    except OSError:
        return
    for number, written in enumerate(data.split(b"\n")):
        if number == 0 and size > EACH:
            continue  # perhaps only the rest of a line
        try:
            line = msgspec.json.decode(written)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(line, dict) and all(isinstance(line.get(name), str) for name in NAMES):
            yield line
