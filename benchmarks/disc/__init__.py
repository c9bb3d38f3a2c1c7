"""What a disc costs, and whether players can play it."""
