"""The other sides: plain programs, as fast as their tools allow, each in a process of its own."""
