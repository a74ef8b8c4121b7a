"""`python -m tools.reference write|check`: the pages that are written from the code."""

from __future__ import annotations

import sys

from tools.reference.pages import pages


def main(what: str) -> int:
    """Returns the exit code: 1 if `check` finds a page that doesn't match the code."""
    old = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if what == "write":
        for path in old:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path])
            print(f"wrote {path}")  # noqa: T201
        return 0
    for path in old:
        print(f"{path} is not as the code is: make reference")  # noqa: T201
    return 1 if old else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
