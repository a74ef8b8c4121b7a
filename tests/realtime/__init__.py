"""Live updates: the outbox, the relay, the hub and the stream."""
