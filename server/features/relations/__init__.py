"""Blocks and mutes: whose tweets somebody doesn't get."""
