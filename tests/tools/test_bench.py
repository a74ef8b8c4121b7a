"""The benchmarks send the requests that they claim to send, and their verdicts are right."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.callers import Caller
from tests.waiting import wait_for
from tools.bench import calls, footprint, http, paced, sides
from tools.bench.__main__ import DOCUMENT, MARKER
from tools.bench.load import BenchFailed, Call, Load, in_turn, typical
from tools.bench.row import Row, plain
from tools.bench.sides import Side
from tools.bench.statements import LINE
from tools.measuring import tables


async def test_paced_writes_arrive_as_tweets_and_likes(alice: Caller, address: str) -> None:
    key, tweets = str(alice.key), [await alice.tweet("liked"), await alice.tweet("not any more")]
    liked, no_more = (f"/api/tweets/{tweet}/likes" for tweet in tweets)
    await alice.post(no_more)
    asked = [*calls.publishing([key]), *calls.liking([key, key], tweets)]
    # One call of each kind is left, because they don't wait for each other.
    asked.remove(Call("DELETE", liked, key))
    asked.remove(Call("POST", no_more, key))
    lines = [call.line for call in asked]
    told = await paced.send(address, lines, rate=50, seconds=0.06, up_to_status=299)
    assert told["p99_ms"] > 0
    page = await alice.timeline()
    assert [(shown["content"], shown["likes_count"]) for shown in page] == [
        (calls.TEXT.format(number=0), 0),
        ("not any more", 0),
        ("liked", 1),
    ]


async def test_any_server_can_be_measured_by_its_address_and_keys(alice: Caller, address: str) -> None:
    await alice.tweet("something to like")
    servers = {"url": http.Server(address, [str(alice.key)])}
    found = await asyncio.to_thread(http.measured, "like", servers, rounds=1, seconds=1, connections=2)
    assert found["url"].count > 10
    assert found["url"].refused == found["url"].broken == 0
    assert "like  url" in http.table({"like": found})


async def test_refused_requests_do_not_count_as_a_measurement(alice: Caller, address: str) -> None:
    servers = {"url": http.Server(address, ["perch_unknown"])}
    with pytest.raises(BenchFailed, match="401"):
        await asyncio.to_thread(http.measured, "me", servers, rounds=1, seconds=1, connections=2)


def test_while_one_side_is_measured_the_other_is_stopped() -> None:
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
    measured, other = (Side("", process.pid) for process in processes)

    def measure() -> None:
        wait_for(lambda: state(other.root) == "T", "the other side standing still")
        assert state(measured.root) == "S"

    try:
        sides.alone(measured, [measured, other], measure)()
        wait_for(lambda: state(other.root) == "S", "the other side going on")
    finally:
        for process in processes:
            process.kill()
            process.wait()


def state(pid: int) -> str:
    """The state of the process according to the kernel: sleeping or stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]


def test_sides_are_measured_alternately_and_the_median_round_counts() -> None:
    order: list[str] = []
    rounds = iter((5.0, 0.0, 1.0, 0.0, 9.0, 0.0))

    def measure(side: str) -> Load:
        order.append(side)
        return Load(10, next(rounds), 100, 1, 2, 3, 0, 0)

    found = in_turn({"a": lambda: measure("a"), "b": lambda: measure("b")}, 3)
    assert order == ["a", "b"] * 3
    assert typical(found["a"]).per_second == 5
    assert typical(found["a"]).count == 30


def test_a_row_says_whether_its_target_is_met_missed_or_not_measured() -> None:
    rows = [Row("size", "a | b", "<= 1", "1", ok) for ok in (True, False, None)]
    assert [row.cells for row in rows] == [
        ("size", "a \\| b", "<= 1", "1", verdict) for verdict in ("ok", "MISSED", "-")
    ]
    assert "MISSED size" in plain(rows)


def test_the_document_has_markers_for_the_table() -> None:
    assert DOCUMENT.read_text().count(tables.begin(MARKER)) == 1


def test_statements_are_distinguished_from_other_log_lines() -> None:
    log = (
        "perch web\tLOG:  execute __asyncpg_stmt_1__: SELECT 1\n"
        "\tFROM tweets\n"
        "perch web\tDETAIL:  Parameters: $1 = 'LOG:  statement: x'\n"
        "perch web\tLOG:  statement: BEGIN;\n"
        "perch live\tLOG:  execute __asyncpg_stmt_1__: SELECT 2\n"
    )
    assert LINE.findall(log) == ["SELECT 1\n\tFROM tweets", "BEGIN;"]


def test_the_slope_is_that_of_the_best_fitting_line() -> None:
    assert footprint.slope_of([(0, 100), (1, 102), (2, 104)]) == pytest.approx(2)
    assert footprint.slope_of([(1, 100)]) == 0


def test_a_call_is_written_on_one_line_with_its_body_last() -> None:
    assert Call("GET", "/api/users/me", "k").line == "GET\t/api/users/me\tk\t\n"
    assert calls.publishing(["k"])[0].line.count("\t") == 3


def test_rows_that_are_not_measured_again_stay_in_the_document() -> None:
    columns = ("what", "measured")
    kept, other = ("dump \\| zstd", "1.1"), ("page", "0.8")
    begin, end = tables.begin("x"), tables.end("x")
    text = tables.renewed(f"a\n{begin}\n{end}\nb", "x", columns, [kept, other], "here", keep=False)
    renewed = tables.renewed(text, "x", columns, [("page", "0.9")], "there", keep=True)
    assert renewed == f"a\n{begin}\n{tables.markdown(columns, [kept, ('page', '0.9')])}\n\nthere\n{end}\nb"
