"""What is kept in memory between requests, and how it is known to be true still (docs/freshness.md)."""
