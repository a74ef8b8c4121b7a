"""Puts the traceback of an unexpected error into a file, while people read one sentence."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from config.log_files import LogFile
from config.logging import FileHandler, JsonFormatter


def kept(error: BaseException, process: str, folder: Path | None) -> Path | None:
    """Write the traceback, without secrets, as a log line to a file; None if no file can be written.

    Args:
        process: the process' name in the line.
        folder: the folder of log files, if it exists. Otherwise the folder for temporary files is used.
    """
    record = logging.LogRecord("perch", logging.ERROR, "", 0, "%s", (type(error).__name__,), None)
    record.exc_info = (type(error), error, error.__traceback__)
    line = JsonFormatter(process).format(record).encode(errors="replace") + b"\n"
    for place in (folder, Path(tempfile.gettempdir())):
        if place is None:
            continue
        file = LogFile(place, process)
        try:
            file.write(line)
        except OSError:
            continue
        finally:
            file.close()
        return file.path
    return None


def logs_folder() -> Path | None:
    """The folder in which this process keeps its log, if it does."""
    handlers = logging.getLogger().handlers
    return next((handler.folder for handler in handlers if isinstance(handler, FileHandler)), None)
