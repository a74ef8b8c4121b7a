"""Live updates: the relay from the outbox to the log, the hub, and the streams."""
