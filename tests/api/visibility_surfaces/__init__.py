"""The surfaces on which people get a tweet, or don't."""
