"""Disc images: asked for, made by a worker under a lease, verified, published and kept for a while."""
