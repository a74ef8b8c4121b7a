"""Quotes: showing somebody's tweet inside your own."""
