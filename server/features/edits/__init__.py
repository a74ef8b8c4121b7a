"""Editing tweets, and their earlier versions."""
