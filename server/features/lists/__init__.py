"""Lists of people, whose tweets their owner reads on a timeline of its own."""
