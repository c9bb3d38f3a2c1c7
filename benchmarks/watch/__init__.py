"""The player on the bad lines that lawyers of the counties have: `make bench-watch`."""
