"""Who may see a tweet."""
