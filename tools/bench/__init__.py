"""Benchmarks: ratios of two things measured in turn in one run. `make bench` runs them, and no test does."""
