"""Every public page against the budgets B1-B9 and B23 of product-design.md, over a full catalogue (`make bench-pages`)."""
