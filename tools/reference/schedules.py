"""docs/reference/schedules.md: what recurs, from the declarations of runs and tasks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from config.settings import Settings
from server.operations.scheduled_run import RunKind
from tasks.registry import TASKS
from tasks.runs import WORK


def page(settings: Settings) -> str:
    """The page with the default settings."""
    runs = []
    for kind in RunKind:
        cron = getattr(settings, f"{kind}_cron")
        runs.append(f"| `{kind}` | `{kind.upper()}_CRON` | `{cron}` | {described(WORK[kind])} |")
    tasks = [
        f"| `{task.name}` | `{task.cron}` | {described(task.work)} |"
        for task in sorted(TASKS, key=lambda task: task.name)
        if task.cron is not None
    ]
    return "\n".join(
        [
            "# Schedules",
            "",
            "Generated from the code by `make reference`. Times are five cron fields: minute, hour, day of",
            "the month, month, day of the week.",
            "",
            "## Scheduled runs",
            "",
            "Each runs exactly once for each of its times, in the time zone `SCHEDULE_TIMEZONE`",
            f"(`{settings.schedule_timezone}` by default), and begins within five minutes if a worker is",
            "running. `perch runs list` shows their results.",
            "",
            "| run | setting | default | what it does |",
            "| --- | --- | --- | --- |",
            *runs,
            "",
            "## Recurring tasks",
            "",
            "In UTC, and not configurable. Running one twice does no harm.",
            "",
            "| task | when | what it does |",
            "| --- | --- | --- |",
            *tasks,
            "",
        ]
    )


def described(work: Callable[..., Any]) -> str:
    """The first sentence of its docstring."""
    return " ".join((inspect.getdoc(work) or "").split()).partition(". ")[0].rstrip(".") + "."
