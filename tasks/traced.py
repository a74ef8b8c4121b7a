"""Tasks as spans (`config.traces`), in the trace of the request or task that queued them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskiq import TaskiqMessage, TaskiqMiddleware, TaskiqResult

from config import traces

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class TaskSpans(TaskiqMiddleware):
    """Spans for the process that sends to a stream, and for the worker that listens to it."""

    def __init__(self, stream: str) -> None:
        super().__init__()
        self._stream = stream
        self._running: dict[str, Span] = {}

    def pre_send(self, message: TaskiqMessage) -> TaskiqMessage:
        """Put the trace that the task belongs to into its labels."""
        if traces.spans is not None:
            traces.spans.carry(message.labels)
        return message

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        """Begin a task's span, which covers everything that the task does."""
        if traces.spans is not None:
            attributes = {
                "messaging.system": "redis",
                "messaging.operation.name": "process",
                "messaging.destination.name": self._stream,
                "messaging.message.id": message.task_id,
                "perch.work": message.task_id,
            }
            carried = {name: label for name, label in message.labels.items() if isinstance(label, str)}
            span = traces.spans.begin(message.task_name, "CONSUMER", carried, attributes)
            self._running[message.task_id] = span
        return message

    def post_execute(self, message: TaskiqMessage, result: TaskiqResult[Any]) -> None:
        """End a task's span, normally or with an error."""
        span = self._running.pop(message.task_id, None)
        if span is not None and traces.spans is not None:
            traces.spans.end(span, {}, None if result.error is None else type(result.error).__name__)
