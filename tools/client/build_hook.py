"""Puts the bundled client into the wheel and the source package (`make wheel`).

A source package has it already, so installing from one needs no Node. An editable installation has none:
there the server sends the modules as they are, so that you can edit and reload.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = "static/bundle"


class ClientBundle(BuildHookInterface[Any]):
    """Makes the bundle in a temporary folder, so that the checkout stays as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each target is built."""
        root = Path(self.root)
        if version == "editable" or (root / BUNDLE).is_dir():
            return
        if (node := shutil.which("node")) is None or not (root / "tools/client/node_modules").is_dir():
            raise RuntimeError("the client's bundle needs Node and tools/client/node_modules: run make wheel")
        self._folder = tempfile.TemporaryDirectory()
        bundler = root / "tools/client/bundle.js"
        subprocess.run([node, str(bundler), str(root / "static"), self._folder.name], check=True)
        build_data["force_include"][self._folder.name] = BUNDLE
