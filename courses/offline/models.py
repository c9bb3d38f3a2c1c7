"""Sticks (U 盘), their keys, and the bundles that came back."""
