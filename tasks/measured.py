"""Metrics of tasks."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from prometheus_client import Counter, Gauge, Histogram
from taskiq import TaskiqMessage, TaskiqMiddleware, TaskiqResult

from config.metrics import REGISTRY
from server.operations.scheduled_run import RunKind

TASKS = Counter(
    "perch_tasks", "Finished tasks, by outcome.", labelnames=("task", "outcome"), registry=REGISTRY
)
DURATIONS = Histogram(
    "perch_task_duration_seconds",
    "How long tasks took.",
    labelnames=("task",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200),
    registry=REGISTRY,
)
RUNNING = Gauge("perch_tasks_running", "Tasks being worked on.", labelnames=("task",), registry=REGISTRY)
RUNS = Counter(
    "perch_runs", "Finished scheduled runs, by outcome.", labelnames=("kind", "outcome"), registry=REGISTRY
)


class TaskMetrics(TaskiqMiddleware):
    """Counts the tasks of a worker."""

    def __init__(self) -> None:
        super().__init__()
        for kind in RunKind:  # starts at zero, so that the first run of a kind shows as an increase
            for outcome in ("done", "failed", "put_off", "stopped"):
                RUNS.labels(kind, outcome)
        self._began: dict[str, float] = {}

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        """Count a task that begins."""
        self._began[message.task_id] = perf_counter()
        RUNNING.labels(message.task_name).inc()
        return message

    def post_execute(self, message: TaskiqMessage, result: TaskiqResult[Any]) -> None:
        """Count a task that ends, normally or with an error."""
        began = self._began.pop(message.task_id, None)
        if began is not None:
            RUNNING.labels(message.task_name).dec()
            DURATIONS.labels(message.task_name).observe(perf_counter() - began)
            TASKS.labels(message.task_name, "failed" if result.is_err else "done").inc()
