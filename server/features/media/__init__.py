"""Media attachments."""
