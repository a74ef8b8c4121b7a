"""How much is taken from whom: rates of requests, and what a day's uploads may be."""
