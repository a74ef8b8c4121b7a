"""The pages that are generated from the code: commands, settings, the API, and the manual page."""
