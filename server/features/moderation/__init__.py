"""Suspending users, and hiding what suspended users wrote."""
