"""Log lines: to standard error and to files, with process and request or task, and without secrets."""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

import msgspec

from config.log_files import LogFile
from config.settings import Settings

logger = logging.getLogger("perch")

# The request or task that a line belongs to; "-" outside of one.
current_work: ContextVar[str] = ContextVar("current_work", default="-")

# What must never reach a log or an error report, found by the shape of the value: our keys and the tokens of
# invitations, who signs in by a URL, and the headers and settings that carry a key or a password.
SECRETS = re.compile(
    r"(?P<key>perch_(?:invite_)?[0-9A-Za-z]{6})[0-9A-Za-z]+"
    r"|(?P<web>https?://)[^\s/@]+(?=@)"
    r"|(?P<url>\w+://[^:/@\s]*:)\S+(?=@)"
    r"|(?P<named>(?:api[-_]?key|authorization|password|passwd|db_pass|(?:secret|access)[-_]?key)"
    r"(?:\\?['\"]?\s*[:=]|\\?['\"]\s*,)\s*(?:b(?=['\"]))?(?P<quote>\\?['\"])?(?:bearer |basic )?)"
    r"(?(quote)[^'\"\n\\]+|[^\s'\",;)&]+)",
    re.IGNORECASE,
)

# The same by its value: what the settings hold and nobody may see. Shorter ones are found inside of words.
HIDDEN_LENGTH = 6
hidden: re.Pattern[str] | None = None

# A line is a line: what a value holds must neither end it, to forge another, nor speak to the terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """The text with every secret value replaced by `[redacted]`."""
    if hidden is not None:
        text = hidden.sub("[redacted]", text)
    return SECRETS.sub(_without_value, text)


def _without_value(found: re.Match[str]) -> str:
    return (found["key"] or found["web"] or found["url"] or found["named"]) + "[redacted]"


def printable(text: str) -> str:
    """The text on one line, with what would speak to a terminal spelt out."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def hide(secrets: Iterable[str]) -> None:
    """Let `redact` know these values, as they stand and as URLs, JSON and Python write them."""
    global hidden
    forms = {
        form
        for secret in secrets
        if len(secret) >= HIDDEN_LENGTH
        for form in (
            secret,
            unquote(secret),
            quote(secret, safe=""),
            repr(secret)[1:-1],
            json.dumps(secret)[1:-1],
        )
    }
    ordered = sorted(forms, key=len, reverse=True)  # a URL before the password in it
    hidden = re.compile("|".join(map(re.escape, ordered))) if ordered else None


class TextFormatter(logging.Formatter):
    """`time level process work logger message`, redacted as a whole, tracebacks included."""

    default_msec_format = "%s.%03d"

    def __init__(self, process: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(process_label)s %(work)s %(name)s: %(message)s")
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line (more where there is a traceback)."""
        record.process_label = self.process
        record.work = current_work.get()
        return redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """The line without a traceback, on one line whatever its values hold."""
        return printable(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for programs: time (UTC), level, process, work, logger, message, traceback."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line, its texts redacted."""
        line = {
            "time": moment(record.created),
            "level": record.levelname,
            "process": self.process,
            "work": current_work.get(),
            "logger": record.name,
            "message": plain(redact(record.getMessage())),
        }
        if record.exc_info:
            line["traceback"] = plain(redact(self.formatException(record.exc_info)))
        return msgspec.json.encode(line).decode(errors="replace")


class FileHandler(logging.Handler):
    """Lines into this process' own file. A disk that is full costs lines and nothing else."""

    def __init__(self, folder: Path, process: str) -> None:
        super().__init__()
        self.folder = folder
        self._file = LogFile(folder, process)
        self._is_broken = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            self._file.write(self.format(record).encode(errors="replace") + b"\n")
            self._is_broken = False
        except OSError as error:  # never the caller's trouble
            self._complain(error)
        except Exception:
            self.handleError(record)

    def _complain(self, error: OSError) -> None:
        """Say on standard error, once until a line is written again, that lines are lost."""
        if not self._is_broken and sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(f"perch: log lines are lost, {self.folder}: {error.strerror or error}\n")
        self._is_broken = True

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        super().close()


class AccessLog:
    """A line for each request, in a file beside the others. No address, name or text of anybody is in it."""

    def __init__(self, folder: Path, process: str) -> None:
        self._file, self._process = LogFile(folder, f"{process}-access"), process
        self._encoder = msgspec.json.Encoder()

    def write(
        self, request: str, method: str, route: str, status: int, size: int | None, seconds: float
    ) -> None:
        """One request: `route` is the address' pattern, `size` that of the answer in bytes, if known."""
        line = {
            "time": moment(time.time()),
            "process": self._process,
            "request": request,
            "method": method,
            "route": route,
            "status": status,
            "bytes": size,
            "ms": round(seconds * 1000, 2),
        }
        with suppress(OSError):
            self._file.write(self._encoder.encode(line) + b"\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def plain(text: str) -> str:
    """The text as UTF-8 can hold it: half of a surrogate pair is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def moment(timestamp: float) -> str:
    """A time as ISO 8601 in UTC with milliseconds."""
    whole = time.gmtime(timestamp)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', whole)}.{int(timestamp % 1 * 1000):03d}Z"


def configure_process(settings: Settings, name: str) -> None:
    """Set up logging for one of Perch's processes, as the settings say. What is below DATA_DIR is its own."""
    with suppress(OSError):  # whoever needs the folder says what is wrong
        settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    configure(
        name,
        settings.log_level,
        shape=settings.log_format,
        folder=settings.logs_folder,
        secrets=settings.secrets,
    )


def configure(
    process: str,
    level: str = "INFO",
    *,
    shape: Literal["auto", "text", "json"] = "auto",
    folder: Path | None = None,
    secrets: Iterable[str] = (),
) -> None:
    """Set up logging for this process.

    Args:
        process: its name in the lines, such as `web-1`.
        shape: of the lines on standard error; `auto` is text for a terminal and JSON otherwise.
        folder: where this process keeps a file of its lines too, as JSON.
        secrets: what no line may show.
    """
    hide(secrets)
    text = sys.stderr.isatty() if shape == "auto" else shape == "text"
    handlers: dict[str, Any] = {
        "stderr": {"class": "logging.StreamHandler", "formatter": "text" if text else "json"}
    }
    if folder is not None:
        handlers["file"] = {"()": FileHandler, "formatter": "json", "folder": folder, "process": process}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "text": {"()": TextFormatter, "process": process},
                "json": {"()": JsonFormatter, "process": process},
            },
            "handlers": handlers,
            "root": {"level": level, "handlers": list(handlers)},
            "loggers": {
                # Chatty about what our own lines say already.
                "sanic": {"level": "WARNING"},
                "tortoise": {"level": "WARNING"},
                "taskiq": {"level": "WARNING"},
                "aiobotocore": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
                "asyncpg": {"level": "ERROR"},
            },
        }
    )
