"""API keys, and signatures by the server."""
