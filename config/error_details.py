"""Where the traceback of an error goes that nobody foresaw: into a file, while people read a sentence."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from config.log_files import LogFile
from config.logging import FileHandler, JsonFormatter


def kept(error: BaseException, process: str, folder: Path | None) -> Path | None:
    """The file that holds the traceback as a line of the log, without secrets; None if nobody can write one.

    Args:
        process: its name in the line.
        folder: where log files lie, if it is there. Else it is a file in the folder for temporary files.
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
    """Where this process keeps its log, if it does."""
    handlers = logging.getLogger().handlers
    return next((handler.folder for handler in handlers if isinstance(handler, FileHandler)), None)
