"""What protects people's data: keys now, more as it comes."""
