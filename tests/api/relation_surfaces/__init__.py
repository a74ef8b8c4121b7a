"""The surfaces on which a viewer gets something of another person."""
