"""Import from the first implementation: its database is read in batches, its pictures are processed anew."""
