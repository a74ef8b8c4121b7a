"""Requests as they are measured: counted by route, method and status, with how long their answers took.

Counting one costs a quarter of a microsecond (timeit, CPython 3.11): labels, sums and locks, which a library
would have for each, are put together when somebody asks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPMethod
from time import perf_counter

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

# Upper bounds. Seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

PARAMETER = re.compile(r"<(\w+)(?::[^>]*)?>")

METHODS = frozenset(HTTPMethod)

# Of the counts within each bound, in trends; and what takes as long as its body.
WITHIN, UPLOADS = "within_", ("api/medias", "POST")


class Cell:
    """The requests with one route, method and status. The counts are those within each bound, and beyond."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class RequestMetrics(Collector):
    """Those of one process."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str | None, str, int], Cell] = {}

    def note(self, route: str | None, method: str, status: int, began: float) -> None:
        """A request is answered, whose head had arrived at this moment of `perf_counter`.

        `route` is the address as the router has it, None where there is no such address.
        """
        seconds = perf_counter() - began
        try:
            cell = self._cells[route, method, status]
        except KeyError:
            if method not in METHODS:
                method = "other"  # clients may send any word
            cell = self._cells.setdefault((route, method, status), Cell())
        cell.counts[bisect_left(BOUNDS, seconds)] += 1
        cell.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Both metrics."""
        requests = CounterMetricFamily(
            "perch_http_requests", "Requests answered.", labels=("route", "method", "status")
        )
        durations = HistogramMetricFamily(
            "perch_http_request_duration_seconds",
            "From the head of a request to the start of its response, including the arrival of its body.",
            labels=("route", "method"),
        )
        answered: dict[tuple[str, str], Cell] = {}
        for (route, method, status), cell in list(self._cells.items()):
            name = pattern(route)
            requests.add_metric((name, method, str(status)), sum(cell.counts))
            both = answered.setdefault((name, method), Cell())
            both.counts = [one + other for one, other in zip(both.counts, cell.counts, strict=True)]
            both.seconds += cell.seconds
        for labels, cell in answered.items():
            durations.add_metric(labels, buckets(cell.counts), cell.seconds)
        yield requests
        yield durations

    def totals(self) -> dict[str, int]:
        """What trends are made of: all requests, those answered with 5xx, and the API's within each bound."""
        found = Counter[str]()
        for (route, method, status), cell in list(self._cells.items()):
            count = sum(cell.counts)
            found["requests"] += count
            found["errors"] += count if status >= 500 else 0
            if route is not None and route.startswith("api/") and (route, method) != UPLOADS:
                found.update({f"{WITHIN}{number}": within for number, within in enumerate(cell.counts)})
        return found


def quantile_ms(counts: Mapping[str, int], part: float) -> float | None:
    """Within how many milliseconds this part of the answers came, between two bounds as if evenly spread."""
    within = [counts.get(f"{WITHIN}{number}", 0) for number in range(len(BOUNDS) + 1)]
    wanted, lower = part * sum(within), 0.0
    if not wanted:
        return None
    for count, upper in zip(within, BOUNDS, strict=False):
        if count >= wanted:
            return round(1000 * (lower + (upper - lower) * wanted / count), 2)
        wanted, lower = wanted - count, upper
    return 1000 * BOUNDS[-1]


def pattern(route: str | None) -> str:
    """The address with its parameters' names, as the API's description has it; `-` for none."""
    return "/" + PARAMETER.sub(r"{\1}", route) if route is not None else "-"


def buckets(counts: list[int]) -> list[tuple[str, float]]:
    """How many are within each bound, as Prometheus counts them: those of smaller bounds too."""
    found, total = [], 0
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], counts, strict=True):
        total += count
        found.append((bound, float(total)))
    return found
