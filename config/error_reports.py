"""Reports of unexpected errors to Sentry, when `SENTRY_DSN` is set; nothing is imported otherwise."""

from __future__ import annotations

import sys
from typing import Any

from config.logging import current_work, redact
from config.settings import Settings
from config.version import VERSION


def start(settings: Settings, process: str) -> None:
    """Report this process' unexpected errors, without keys, bodies or anything personal."""
    if settings.sentry_dsn is None:
        return
    import sentry_sdk
    from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        release=f"perch@{VERSION}",
        environment=settings.mode.lower(),
        server_name=process,
        sample_rate=settings.sentry_sample_rate,
        include_local_variables=False,  # they hold texts and keys
        max_request_body_size="never",
        event_scrubber=EventScrubber(denylist=[*DEFAULT_DENYLIST, "api-key", "api_key"], recursive=True),
        before_send=without_personal_data,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=integrations(),
    )


def tell(message: str) -> None:
    """Report something that is not an error, where reports are set up."""
    if "sentry_sdk" in sys.modules:
        import sentry_sdk

        sentry_sdk.capture_message(message, level="info")


def integrations() -> list[Any]:
    """Uncaught exceptions and logged errors; none that reads requests."""
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    return [
        AtexitIntegration(callback=lambda _pending, _timeout: None),
        DedupeIntegration(),
        ExcepthookIntegration(),
        LoggingIntegration(),
    ]


# What a report may hold, and nothing else of an event, whatever the library adds to it one day.
KEPT = frozenset({"event_id", "timestamp", "level", "logger", "platform", "release", "environment"})
KEPT |= {"server_name", "sdk", "message", "logentry", "exception"}

# Whose log lines may be told of. Others' hold what they like: representations of tasks, addresses of clients.
OURS = frozenset({"perch", "server", "tasks", "storage", "config"})


def without_personal_data(event: Any, _hint: dict[str, Any]) -> Any:
    """What happened where, and nothing that anybody wrote: the log has that, beside the same `work`.

    An exception's own words may quote what it was about, such as the text of a tweet.
    """
    told = {name: value for name, value in event.items() if name in KEPT}
    told["tags"] = {"work": current_work.get()}
    if str(event.get("logger", "")).partition(".")[0] not in OURS:
        told.pop("logentry", None)
    elif "exception" in told and "logentry" in told:
        told["logentry"] = {"message": told["logentry"].get("message", "")}
    for exception in told.get("exception", {}).get("values", []):
        exception.pop("value", None)
        for frame in exception.get("stacktrace", {}).get("frames", []):
            # A folder may be called after whose it is.
            frame.pop("abs_path", None)
            if frame.get("filename", "").startswith("/"):
                frame["filename"] = frame["filename"].rpartition("/")[2]
    return _redacted(told)


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _redacted(item) for key, item in value.items()}
        case list() | tuple():
            return [_redacted(item) for item in value]
        case _:
            return value
