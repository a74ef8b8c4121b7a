"""The file `.env`: read here before anybody takes settings from it, so that no line of it is passed over."""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import parse_stream


class UnreadableFile(Exception):
    """The file cannot be taken; the text names the file and the line, and never what stands there."""


def require_readable(file: Path | None) -> None:
    """Raises UnreadableFile where a line is no setting: its reader would go on without it."""
    if file is None or not file.is_file():
        return
    try:
        with file.open(encoding="utf-8") as text:
            wrong = [found.original.line for found in parse_stream(text) if found.error]
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{file}: is not text in UTF-8") from None
    if wrong:
        rule = "is neither NAME=VALUE nor a comment; is a quotation mark missing?"
        raise UnreadableFile(f"{file}, line {wrong[0]}: {rule}")
