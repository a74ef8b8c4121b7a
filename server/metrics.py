"""The metrics that a web process collects from its parts on request."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.api.http.exchange import PerchHttp
from server.context import App
from server.core.database import pool
from server.core.limits.rates import REFUSED
from server.core.live import capacity


def totals() -> dict[str, int]:
    """This process's counts, for `server.operations.trends`."""
    refused = sum(sample.value for metric in REFUSED.collect() for sample in metric.samples)
    return {**PerchHttp.metrics.totals(), "refused": int(refused)}


class WebMetrics(Collector):
    """Metrics of the connections, streams, cache and connection pool of a process whose context is open."""

    def __init__(self, app: App) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """All of these metrics; none before the context is open."""
        perch, connections = getattr(self._app.ctx, "perch", None), self._app.ctx.connections
        if perch is None:
            return
        yield GaugeMetricFamily("perch_http_connections", "Open connections.", value=connections.open)
        yield GaugeMetricFamily("perch_live_streams", "Open live streams.", value=perch.hub.open_streams)
        yield GaugeMetricFamily(
            "perch_live_streams_limit", "The most live streams that can be open.", value=capacity.streams()
        )
        yield GaugeMetricFamily(
            "perch_live_queued_bytes",
            "Memory held for clients of live streams that haven't read it yet.",
            value=perch.hub.queued,
        )
        pages = perch.memory.pages.values()
        read = CounterMetricFamily(
            "perch_timeline_pages", "Timeline pages read, by whether they were cached.", labels=("cache",)
        )
        read.add_metric(("hit",), sum(one.hits for one in pages))
        read.add_metric(("miss",), sum(one.misses for one in pages))
        yield read
        kept = GaugeMetricFamily(
            "perch_cache_bytes", "Approximate memory used by the cache.", labels=("cache",)
        )
        kept.add_metric(("timelines",), perch.memory.store.size)
        kept.add_metric(("viewers",), perch.memory.viewers.size)
        yield kept
        yield from pool.measured()
