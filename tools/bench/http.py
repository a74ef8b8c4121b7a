"""Measure any server of this contract by its address and some keys, alone or against another.

    python -m tools.bench.http --url http://127.0.0.1:8000 --keys FILE
    python -m tools.bench.http --url http://127.0.0.1:8000 --against http://127.0.0.1:9000 --keys FILE

`FILE` holds API keys, one a line, that the server knows: a thousand of different users, if there are as many
(`perch generate --keys` writes such a file). Another server's keys are given by `--against-keys`. Two servers
are asked in turn. Tweets and likes are written, so do it on data that may go.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from tools.bench import calls
from tools.bench.load import CONNECTIONS, WARM_UP, BenchFailed, Call, Load, attempt, in_turn, typical
from tools.measuring import machine, tables
from tools.measuring.figures import number

# How many of the newest tweets get likes.
LIKED = 50

COLUMNS = ("row", "server", "requests/s", "p50 ms", "p99 ms", "bytes", "errors")


@dataclass(frozen=True)
class Server:
    """A server's address, and the keys to use there."""

    url: str
    keys: list[str]

    @classmethod
    def of(cls, url: str, keys: Path) -> Server:
        """Raises BenchFailed if the address is invalid or the file contains no keys."""
        if not url.startswith(("http://", "https://")):
            raise BenchFailed(f"{url}: an address begins with http:// or https://")
        try:
            found = keys.read_text().split()
        except (OSError, UnicodeDecodeError) as error:
            raise BenchFailed(f"{keys}: {error}") from None
        if not found:
            raise BenchFailed(f"{keys} holds no keys")
        return cls(url.rstrip("/"), found)


def first_page(server: Server) -> list[Call]:
    """The first page of the All timeline, without likers."""
    return calls.reading(calls.FIRST_PAGE, server.keys)


def old_client(server: Server) -> list[Call]:
    """The address without parameters, as the old client uses it."""
    return calls.reading(calls.OLD_CLIENT, server.keys)


def me(server: Server) -> list[Call]:
    """The user's own profile."""
    return calls.reading(calls.ME, server.keys)


def following(server: Server) -> list[Call]:
    """The Following timeline."""
    return calls.reading(calls.FOLLOWING, server.keys)


def publish(server: Server) -> list[Call]:
    """Publish tweets."""
    return calls.publishing(server.keys)


def like(server: Server) -> list[Call]:
    """Like the newest tweets, and take the likes back."""
    page = calls.checked(server.url, Call("GET", calls.OLD_CLIENT, server.keys[0]))
    tweets = [tweet["id"] for tweet in page["tweets"][:LIKED]]
    if not tweets:
        raise BenchFailed(f"{server.url} has no tweets to like")
    return calls.liking(server.keys, tweets)


ROWS: dict[str, Callable[[Server], list[Call]]] = {
    "first-page": first_page,
    "old-client": old_client,
    "me": me,
    "following": following,
    "publish": publish,
    "like": like,
}


def measured(
    name: str, servers: Mapping[str, Server], *, rounds: int, seconds: int, connections: int
) -> dict[str, Load]:
    """The typical figures of each server. Raises BenchFailed if one doesn't answer as it should."""
    asked = {side: ROWS[name](server) for side, server in servers.items()}
    for side, server in servers.items():
        calls.checked(server.url, asked[side][0])
        attempt(server.url, asked[side], seconds=WARM_UP, connections=connections)
    sides = {
        side: partial(attempt, server.url, asked[side], seconds=seconds, connections=connections)
        for side, server in servers.items()
    }
    found = in_turn(sides, rounds)
    for side, server in servers.items():
        calls.checked(server.url, asked[side][0])
    return {side: typical(loads) for side, loads in found.items()}


def table(found: Mapping[str, Mapping[str, Load]]) -> str:
    """All figures; for two servers, also the requests a second of the first relative to the second."""
    rows = []
    for name, by_side in found.items():
        for side, load in by_side.items():
            errors = str(load.refused + load.broken)
            figures = (
                f"{load.per_second:,.0f}",
                number(load.p50),
                number(load.p99),
                f"{load.bytes_each:,.0f}",
            )
            rows.append((name, side, *figures, errors))
        if len(by_side) > 1:
            first, second = by_side.values()
            rows.append((name, "ratio", number(first.per_second / second.per_second), "", "", "", ""))
    return tables.plain(COLUMNS, rows)


def positive(text: str) -> int:
    """A whole number of at least 1. Raises ValueError for others."""
    if (number := int(text)) < 1:
        raise ValueError
    return number


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", required=True)
    parser.add_argument("--keys", type=Path, required=True, metavar="FILE")
    parser.add_argument("--against", metavar="URL", help="another server, asked in turn")
    parser.add_argument("--against-keys", type=Path, metavar="FILE", help="its keys, where they are others")
    parser.add_argument(
        "--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"some of {', '.join(ROWS)}"
    )
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--seconds", type=positive, default=4, help="of a round")
    parser.add_argument("--connections", type=positive, default=CONNECTIONS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there besides")
    return parser.parse_args()


def main() -> int:
    """Measure and print; returns 1 if a row can't be measured or any answer was an error."""
    chosen = arguments()
    try:
        servers = {"url": Server.of(chosen.url, chosen.keys)}
        if chosen.against:
            servers["against"] = Server.of(chosen.against, chosen.against_keys or chosen.keys)
    except BenchFailed as failure:
        click.echo(str(failure), err=True)
        return 2
    found: dict[str, dict[str, Load]] = {}
    failed: dict[str, Any] = {}
    for name in chosen.only or ROWS:
        try:
            found[name] = measured(
                name,
                servers,
                rounds=chosen.rounds,
                seconds=chosen.seconds,
                connections=chosen.connections,
            )
        except BenchFailed as failure:
            failed[name] = str(failure)
            click.echo(f"{name}: {failure}", err=True)
    click.echo(f"{table(found)}\n\n{machine.hardware()}")
    if chosen.json:
        rows = {name: {side: asdict(load) for side, load in sides.items()} for name, sides in found.items()}
        report = {"where": machine.hardware(), "rows": rows, "failed": failed}
        chosen.json.write_text(json.dumps(report, indent=2))
    errors = sum(load.refused + load.broken for sides in found.values() for load in sides.values())
    return 1 if failed or errors else 0


if __name__ == "__main__":
    sys.exit(main())
