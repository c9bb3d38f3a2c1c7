"""The embedded default: the whole site on one machine, from one command, leaving nothing behind when it stops."""
