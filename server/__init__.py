"""Perch's server: domain, models, HTTP, and the processes that it runs in."""
