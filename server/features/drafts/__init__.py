"""Drafts that follow their writers between devices, and tweets to be published at a certain time."""
