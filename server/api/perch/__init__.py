"""Perch's own API: a module for each noun."""
