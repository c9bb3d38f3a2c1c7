"""A place in a lecture: the address of its page with the second at which to begin."""


def second_of(asked: str) -> int:
    """Return the second that an address names, 0 for anything that is no count of seconds."""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0


def address_at(url: str, second: int) -> str:
    """Return the address that begins at a second.

    The player reads what stands behind the #; no server is ever sent it, so the second stands in front of it as well
    and goes with whoever has to sign in or to enrol first.
    """
    return f"{url}?t={second}#t={second}" if second else url
