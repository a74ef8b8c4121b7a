"""The other sides of comparisons: plain programs, as fast as their tools allow, each in its own process."""
