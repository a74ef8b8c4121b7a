"""The document only names constants and settings that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from config.settings import Settings

NAMES = re.compile(r"`((?:server|tasks|storage|config)(?:\.[a-z0-9_]+)+)(?:\.([A-Z_]+))?`|`([A-Z]+_[A-Z_]+)`")


def test_every_timeout_that_the_document_names_exists() -> None:
    document = Path("docs/reliability.md").read_text()
    table = document[document.index("## Timeouts and retries") :]
    named = NAMES.findall(table)
    assert len(named) > 40
    for module, constant, setting in named:
        if setting:
            assert setting.lower() in Settings.model_fields, setting
        else:
            found = importlib.import_module(module)
            assert not constant or hasattr(found, constant), f"{module}.{constant}"
