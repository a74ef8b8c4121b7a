"""If a log file can't be written, its lines are lost and one sentence goes to standard error."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from config.logging import FileHandler, JsonFormatter
from tests import disks


def test_a_full_disk_is_reported_once_until_lines_can_be_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logging.Logger("perch")
    with disks.small(tmp_path / "logs", 8) as folder:
        handler = FileHandler(folder, "web-1")
        handler.setFormatter(JsonFormatter("web-1"))
        log.addHandler(handler)
        sentence = f"perch: log lines are lost, {folder}: no space left for a log line\n"
        for round_ in range(2):
            log.info("a line of round %d", round_)
            assert capsys.readouterr().err == ""
            with disks.full(folder):
                for _ in range(300):
                    log.info("%s", "x" * 100)  # some lines fit into the rest of the last block
            assert capsys.readouterr().err == sentence
        log.info("the last line")
        handler.close()
        assert "the last line" in "".join(path.read_text() for path in folder.iterdir())
