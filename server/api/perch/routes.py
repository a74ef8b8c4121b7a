"""All routes of Perch's own API. The module of each noun declares its own."""

from __future__ import annotations

from server.api.perch import (
    api_keys,
    audit,
    bookmarks,
    dead_letters,
    follow_requests,
    hashtags,
    instance,
    invitations,
    media,
    notifications,
    operations,
    preferences,
    privacy,
    relations,
    reposts,
    roster,
    runs,
    stream,
    suspensions,
    timelines,
    tweets,
    users,
)

# In the order of the API's description.
ROUTES = (
    tweets.bp,
    timelines.bp,
    hashtags.bp,
    reposts.bp,
    bookmarks.bp,
    notifications.bp,
    users.bp,
    follow_requests.bp,
    relations.bp,
    preferences.bp,
    privacy.bp,
    api_keys.bp,
    invitations.bp,
    audit.bp,
    operations.bp,
    runs.bp,
    dead_letters.bp,
    roster.bp,
    suspensions.bp,
    media.bp,
    stream.bp,
    instance.bp,
)
