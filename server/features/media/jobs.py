"""The jobs that workers do on pictures."""

from __future__ import annotations

from server.core.jobs import Job

# Make a picture's variants; pictures that take long have a lane of their own, so that others don't wait.
PROCESS = Job("media.process_picture")
PROCESS_SLOWLY = Job("media.process_slow_picture")

# Delete the objects and rows of pictures in the state `removed`.
REMOVE = Job("media.remove_pictures")


def processing(*, slow: bool) -> Job:
    """The job that processes a picture in the slow or the quick lane."""
    return PROCESS_SLOWLY if slow else PROCESS
