"""The media benchmark: `make bench-media`."""
