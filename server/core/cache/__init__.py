"""What web processes keep between requests, and what tells them that it has changed."""
