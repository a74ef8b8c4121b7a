"""What nobody foresaw, for the operator: one sentence, and where the details are. Never a traceback."""

from __future__ import annotations

from pathlib import Path

from config import error_details
from config import logging as lines
from server.core.transient import is_passing, reason
from server.processes.errors import CannotRun


def sentence(error: BaseException) -> str:
    """What went wrong, on one line and without secrets."""
    return lines.printable(lines.redact(_words(error)))


def told(error: BaseException, process: str, folder: Path | None = None) -> str:
    """The same, and where the details were written; for a broken part or disk the sentence is enough.

    Args:
        process: who the details are of.
        folder: where log files lie; where this process keeps its own, if it is not given.
    """
    said = sentence(error)
    if is_foreseen(error):
        return said
    file = error_details.kept(error, process, folder or error_details.logs_folder())
    where = f"the details are in {file}" if file else "the details couldn't be written anywhere"
    return f"{said}; this is an unexpected error: {where}"


def is_foreseen(error: BaseException) -> bool:
    """Whether its words name what an operator can mend: a file, a disk, a part that is away."""
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
