"""A roster of invented lawyers, imported, mended, sent again and undone: seconds and memory."""
