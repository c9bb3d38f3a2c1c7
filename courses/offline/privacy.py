"""What offline hold about a person."""


def declare_holdings() -> None:
    """Declare every table of offline."""
