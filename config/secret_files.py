"""Secrets in files, as container engines mount them: `DB_PASS_FILE=/run/secrets/db_pass`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SUFFIX = "_FILE"

# The maximum size in bytes of such a file; no secret is as long.
MAX_SIZE = 64 * 1024


class UnusableFile(Exception):
    """A secret cannot be read; the text names the setting."""


class SecretFiles(PydanticBaseSettingsSource):
    """A source of settings: for each of these names, the contents of the file that `NAME_FILE` names."""

    def __init__(self, settings: type[BaseSettings], names: Iterable[str], env_file: object) -> None:
        super().__init__(settings)
        self._names = tuple(names)
        file = Path(env_file) if isinstance(env_file, str | Path) else None
        self._given = {**(dotenv_values(file) if file and file.is_file() else {}), **os.environ}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See pydantic-settings; not used here."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Read them. Raises UnusableFile."""
        found = {}
        for name in self._names:
            if path := self._given.get(name + SUFFIX):
                if self._given.get(name):
                    raise UnusableFile(f"{name}, {name}{SUFFIX}: set only one of them")
                found[name.lower()] = content(name + SUFFIX, path)
        return found


def content(name: str, path: str) -> str:
    """The file's first line without surrounding whitespace."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnusableFile(f"{name}: {path} isn't a file")
            text = file.read(MAX_SIZE + 1).decode().strip()
    except OSError as error:
        raise UnusableFile(f"{name}: can't read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableFile(f"{name}: {path} isn't UTF-8 text") from None
    if not text or not text.isprintable() or len(text) > MAX_SIZE:
        raise UnusableFile(f"{name}: {path} must have exactly one line")
    return text
