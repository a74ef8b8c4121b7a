"""The topic of a user's notifications. Whoever does what notifies somebody tells it."""

from __future__ import annotations

from server.core.cache import topics

# What a user is notified of, and what they have read of it.
notifications_of = topics.per("notifications")
