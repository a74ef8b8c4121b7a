"""Taking over what the first implementation has: its database read in batches, its pictures made anew."""
