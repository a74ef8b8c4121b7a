"""Log lines for standard error and files, with their process and request or task, and without secrets."""

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

# Secrets that must never reach a log or an error report, found by their form: our keys and the tokens of
# invitations, credentials in URLs, and headers and settings that carry a key or a password.
SECRETS = re.compile(
    r"(?P<key>perch_(?:invite_)?[0-9A-Za-z]{6})[0-9A-Za-z]+"
    r"|(?P<web>https?://)[^\s/@]+(?=@)"
    r"|(?P<url>\w+://[^:/@\s]*:)\S+(?=@)"
    r"|(?P<named>(?:api[-_]?key|authorization|password|passwd|db_pass|(?:secret|access)[-_]?key)"
    r"(?:\\?['\"]?\s*[:=]|\\?['\"]\s*,)\s*(?:b(?=['\"]))?(?P<quote>\\?['\"])?(?:bearer |basic )?)"
    r"(?(quote)[^'\"\n\\]+|[^\s'\",;)&]+)",
    re.IGNORECASE,
)

# Secrets from the settings are found by their value. The minimum length, as shorter ones would match inside
# words.
HIDDEN_LENGTH = 6
hidden: re.Pattern[str] | None = None

# Characters in values that could end a line, in order to forge another one, or control the terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """The text with every secret value replaced by `[redacted]`."""
    if hidden is not None:
        text = hidden.sub("[redacted]", text)
    return SECRETS.sub(_without_value, text)


def _without_value(found: re.Match[str]) -> str:
    return (found["key"] or found["web"] or found["url"] or found["named"]) + "[redacted]"


def printable(text: str) -> str:
    """The text on one line, with control characters for the terminal spelt out."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def hide(secrets: Iterable[str]) -> None:
    """Make `redact` hide these values, both verbatim and as URLs, JSON and Python write them."""
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
    ordered = sorted(forms, key=len, reverse=True)  # so that a URL comes before the password in it
    hidden = re.compile("|".join(map(re.escape, ordered))) if ordered else None


class TextFormatter(logging.Formatter):
    """`time level process work logger message`, redacted as a whole, tracebacks included."""

    default_msec_format = "%s.%03d"

    def __init__(self, process: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(process_label)s %(work)s %(name)s: %(message)s")
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line (more if there is a traceback)."""
        record.process_label = self.process
        record.work = current_work.get()
        return redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """The entry without its traceback, on one line whatever its values contain."""
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
    """Writes lines to this process' own file. A full disk only costs lines and does no other harm."""

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
        except OSError as error:  # this must never affect the caller
            self._complain(error)
        except Exception:
            self.handleError(record)

    def _complain(self, error: OSError) -> None:
        """Report lost lines on standard error, once until a line can be written again."""
        if not self._is_broken and sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(f"perch: log lines are lost, {self.folder}: {error.strerror or error}\n")
        self._is_broken = True

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        super().close()


class AccessLog:
    """A line for each request, in a separate file. It has nobody's address, name or text."""

    def __init__(self, folder: Path, process: str) -> None:
        self._file, self._process = LogFile(folder, f"{process}-access"), process
        self._encoder = msgspec.json.Encoder()

    def write(
        self, request: str, method: str, route: str, status: int, size: int | None, seconds: float
    ) -> None:
        """Log a request; `route` is the URL's pattern, `size` the response's size in bytes, if known."""
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
    """The text in a form that UTF-8 can encode: unpaired surrogates are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def moment(timestamp: float) -> str:
    """A time as ISO 8601 in UTC with milliseconds."""
    whole = time.gmtime(timestamp)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', whole)}.{int(timestamp % 1 * 1000):03d}Z"


def configure_process(settings: Settings, name: str) -> None:
    """Set up logging for one of Perch's processes by the settings. What is below DATA_DIR is its own."""
    with suppress(OSError):  # the code that needs the folder reports the error
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
        shape: the format of the lines on standard error; `auto` is text for a terminal and JSON otherwise.
        folder: where this process also writes its lines to a file, as JSON.
        secrets: values that no line may show.
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
                # These loggers repeat what our own lines already say.
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
