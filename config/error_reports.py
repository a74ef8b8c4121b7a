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
    """Report something that is not an error, if reports are set up."""
    if "sentry_sdk" in sys.modules:
        import sentry_sdk

        sentry_sdk.capture_message(message, level="info")


def integrations() -> list[Any]:
    """The integrations for uncaught exceptions and logged errors, but none that reads requests."""
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


# The only parts of an event that a report may contain, whatever the library may add one day.
KEPT = frozenset({"event_id", "timestamp", "level", "logger", "platform", "release", "environment"})
KEPT |= {"server_name", "sdk", "message", "logentry", "exception"}

# The loggers whose lines may be reported. Others' lines may contain anything: representations of tasks,
# clients' addresses.
OURS = frozenset({"perch", "server", "tasks", "storage", "config"})


def without_personal_data(event: Any, _hint: dict[str, Any]) -> Any:
    """Keep what happened and where, but nothing that users wrote: the log has that, with the same `work`.

    An exception's message may quote what it was about, such as the text of a tweet.
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
            # A folder may be named after its owner.
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
