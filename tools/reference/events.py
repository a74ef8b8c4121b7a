"""The table of events in docs/live.md, generated from their declarations."""

from __future__ import annotations

from pathlib import Path

from server.api.perch import live, telling

BEGIN, END = "<!-- events: begin --><!-- written by make reference -->", "<!-- events: end -->"


def page(path: Path) -> str:
    """docs/live.md with an up-to-date table."""
    before, _, rest = path.read_text().partition(BEGIN)
    return "\n".join([before + BEGIN, *table(), END + rest.partition(END)[2]])


def table() -> list[str]:
    """One row for each event, in the order of the declarations."""
    to = {teller.shape: teller.to for teller in telling.TELLERS.values()}
    return [
        "| event | when | who gets it |",
        "| --- | --- | --- |",
        *(
            f"| `{shape.__struct_config__.tag}` | {described(shape)} | {to.get(shape, 'you')} |"
            for shape in live.shapes()
        ),
    ]


def described(shape: type) -> str:
    """Its docstring on one line."""
    return " ".join((shape.__doc__ or "").split())
