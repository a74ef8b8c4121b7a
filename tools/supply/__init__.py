"""Perch's third-party code: whether it is locked, its licences, and its known vulnerabilities."""
