"""Benchmarks: ratios of two things measured in turn in one run. Nothing here runs in `make test`."""
