"""Records of dumps: which there are, and what is known of them."""
