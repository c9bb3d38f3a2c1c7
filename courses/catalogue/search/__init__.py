"""Finding the right minute in Chinese: what is searched, how words are cut, matched and ranked (decision 0022)."""
