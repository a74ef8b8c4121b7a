"""The foundations of all features, which depend on none of them."""
