"""The pages that are written from the code: commands, settings, the API; and the manual page."""
