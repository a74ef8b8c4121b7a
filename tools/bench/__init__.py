"""Benchmarks: ratios of two things measured alternately in one run. Run by `make bench`, not by any test."""
