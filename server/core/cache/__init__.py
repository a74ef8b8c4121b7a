"""The cache of the web processes, and its invalidation."""
