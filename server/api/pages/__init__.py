"""Pages and files for browsers and machines: the client, the API's description, health, metrics."""
