"""The file `.env`: looked through before anybody takes settings from it, so that nobody starts with a part.

Whoever reads it passes over what is no setting, with all that belongs to an open quotation.
"""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import Binding, parse_stream


class UnreadableFile(Exception):
    """The file cannot be taken; the text names the file and the line, and never what stands there."""


def require_readable(file: Path | None) -> None:
    """Raises UnreadableFile where a line is no setting: its reader would go on without it."""
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
    """Whether it is no setting and no comment. The parser takes a name alone for one without a value."""
    return found.error or (found.key is not None and found.value is None)


def line_of(found: Binding) -> int:
    """Its first line that is not empty: the parser counts those before it in."""
    text = found.original.string
    return found.original.line + text[: len(text) - len(text.lstrip())].count("\n")
