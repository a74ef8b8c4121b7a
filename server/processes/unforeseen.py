"""Errors in words for the operator: one sentence, and where to find the details. Never a traceback."""

from __future__ import annotations

from pathlib import Path

from config import error_details
from config import logging as lines
from server.core.transient import is_passing, reason
from server.processes.errors import CannotRun


def sentence(error: BaseException) -> str:
    """What went wrong, in one line without secrets."""
    return lines.printable(lines.redact(_words(error)))


def told(error: BaseException, process: str, folder: Path | None = None) -> str:
    """The sentence, and for an unexpected error also where the details were written.

    If a component or a disk has failed, the sentence is enough.

    Args:
        process: the name of the process that the details are about.
        folder: the folder of the log files; by default, that of this process's own log.
    """
    said = sentence(error)
    if is_foreseen(error):
        return said
    file = error_details.kept(error, process, folder or error_details.logs_folder())
    where = f"the details are in {file}" if file else "the details couldn't be written anywhere"
    return f"{said}; this is an unexpected error: {where}"


def is_foreseen(error: BaseException) -> bool:
    """Whether its text names something an operator can fix: a file, a disk, an unavailable component."""
    return isinstance(error, CannotRun | MemoryError) or is_passing(error)


def _words(error: BaseException) -> str:
    match error:
        case CannotRun():
            return str(error)
        case MemoryError():
            return "not enough memory"
        case OSError() if error.filename is not None:
            return f"{_text(error.filename)}: {error.strerror or error}"
    said = reason(error)
    if is_passing(error):
        return said
    name = type(error).__name__
    return name if said == name else f"{name}: {said}"


def _text(filename: object) -> str:
    return filename.decode(errors="replace") if isinstance(filename, bytes) else str(filename)
