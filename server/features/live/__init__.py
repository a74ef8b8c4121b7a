"""What is true now of what live events are about."""
