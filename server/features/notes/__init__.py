"""Private notes on people."""
