"""Suspensions, and hiding what suspended members wrote."""
