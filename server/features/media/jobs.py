"""What workers do with pictures when they are asked to."""

from __future__ import annotations

from server.core.jobs import Job

# Make a picture's variants; where that takes long, in a lane where others do not wait behind it.
PROCESS = Job("media.process_picture")
PROCESS_SLOWLY = Job("media.process_slow_picture")

# Delete the objects and rows of pictures in the state `removed`.
REMOVE = Job("media.remove_pictures")


def processing(*, slow: bool) -> Job:
    """The job of the lane."""
    return PROCESS_SLOWLY if slow else PROCESS
