"""Forty searches over the big catalogue: is what was meant found first, at the right second, and how fast."""
