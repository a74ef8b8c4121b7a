"""Checks the file `.env` before settings are read from it, so that no process starts with only some of them.

Its reader silently skips whatever isn't a setting, including everything after an unclosed quotation mark.
"""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import Binding, parse_stream


class UnreadableFile(Exception):
    """The file is unusable; the text names the file and the line, but never the line's contents."""


def require_readable(file: Path | None) -> None:
    """Raises UnreadableFile if a line is not a setting, because the file's reader would skip it."""
    if file is None or not file.is_file():
        return
    try:
        with file.open(encoding="utf-8") as text:
            wrong = next((line_of(found) for found in parse_stream(text) if is_wrong(found)), None)
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{file}: isn't UTF-8 text") from None
    if wrong is not None:
        rule = "is neither NAME=VALUE nor a comment; check for a missing or extra quotation mark"
        raise UnreadableFile(f"{file}, line {wrong}: {rule}")


def is_wrong(found: Binding) -> bool:
    """Whether this is neither a setting nor a comment. The parser takes a lone name for a setting."""
    return found.error or (found.key is not None and found.value is None)


def line_of(found: Binding) -> int:
    """The number of its first non-empty line: the parser includes the empty lines before it."""
    text = found.original.string
    return found.original.line + text[: len(text) - len(text.lstrip())].count("\n")
