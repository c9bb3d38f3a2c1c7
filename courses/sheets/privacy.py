"""What sheets hold about a person."""


def declare_holdings() -> None:
    """Declare every table of sheets."""
