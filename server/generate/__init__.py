"""A database full of people who tweet, like and follow, to measure with."""
