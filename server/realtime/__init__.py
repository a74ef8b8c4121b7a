"""Live updates: from the outbox into the log, and from the log to the streams of all who may see it."""
