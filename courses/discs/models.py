"""Discs (光盘): what is on a master, and where each disc is."""
