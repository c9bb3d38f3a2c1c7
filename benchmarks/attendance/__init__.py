"""Reports of watching under load, beside an empty view of the same server: `make bench-attendance`."""
