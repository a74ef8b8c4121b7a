"""Log lines: to standard error, with process and request, and without secrets."""

from __future__ import annotations

import logging
import logging.config
import re
from contextvars import ContextVar

logger = logging.getLogger("perch")

# The request or task that a line belongs to; "-" outside of one.
current_work: ContextVar[str] = ContextVar("current_work", default="-")

# What must never reach a log or an error report, found by the shape of the value: our keys, the
# password inside a URL, and the headers that carry a key.
SECRETS = re.compile(
    r"(?P<key>perch_[0-9A-Za-z]{6})[0-9A-Za-z]+"
    r"|(?P<url>\w+://[^:/@\s]*:)[^@\s]+(?=@)"
    r"|(?P<header>(?:api-key|authorization)['\"]?\s*[:=,]\s*['\"]?(?:bearer |basic )?)[^\s'\",;)]+",
    re.IGNORECASE,
)

# A line is a line: what a value holds must neither end it, to forge another, nor speak to the terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """The text with every secret value replaced by `[redacted]`."""
    return SECRETS.sub(lambda found: next(g for g in found.groups() if g is not None) + "[redacted]", text)


class LineFormatter(logging.Formatter):
    """`time level process work logger message`, redacted as a whole, tracebacks included."""

    def __init__(self, process: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(process_label)s %(work)s %(name)s: %(message)s")
        self.default_msec_format = "%s.%03d"
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line (more where there is a traceback)."""
        record.process_label = self.process
        record.work = current_work.get()
        return redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """The line without a traceback, on one line whatever its values hold."""
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))


def configure(process: str, level: str = "INFO") -> None:
    """Set up logging for this process: `process` is its name in the lines, such as `web-1`."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": LineFormatter, "process": process}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"level": level, "handlers": ["stderr"]},
            "loggers": {
                # Chatty about what our own lines say already.
                "sanic": {"level": "WARNING"},
                "tortoise": {"level": "WARNING"},
                "taskiq": {"level": "WARNING"},
                "aiobotocore": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
            },
        }
    )
