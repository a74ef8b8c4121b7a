"""Previews of the pages that tweets link to."""
