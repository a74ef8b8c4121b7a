"""API keys and signatures."""
