"""Archives of one's data, and the end of an account."""
