"""Records of dumps: which dumps exist, and what is known about them."""
