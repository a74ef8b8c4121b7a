"""Live updates: the relay from outbox to log, the hub, the streams."""
