"""DVD-Video images: what stands on a disc, its menus and codes, and reading back what was made. No tool is run here."""
