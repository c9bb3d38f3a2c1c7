"""Side-by-side measurements against what others do. No code of the product imports this."""
