"""What an entry of the table of addresses (table.py) says.

An entry says for each method which acts of the matrix open it (any of them is enough), whose the object is, and how it
refuses: aloud (403) or as if it were not there (404). Whoever is refused by the matrix is refused here, and nobody else.
"""

from dataclasses import dataclass, field
from typing import Any

# Instead of acts: open to everybody, to whoever is signed in, to whoever stands on a roster, to whoever made the thing.
EVERYBODY, SIGNED_IN, LAWYERS, MAKER = "everybody", "signed in", "lawyers", "maker"

Who = str | tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What opens an address."""

    # By method; a method that is not named is open to nobody.
    ways: dict[str, Who]
    # The variables of the address: the name of a thing of the scene in angle brackets, or a plain value.
    where: dict[str, Any] = field(default_factory=dict)
    # Whose the object is, which decides who reaches it: "" is nobody's (the address is about no object), "lawyer" a
    # lawyer's, "expert" an expert's, "association" an association's, "supporter", "beneficiary" and "sides" a session's.
    whose: str = ""
    # How it refuses whoever may do this to other objects but not to this one, and whoever may do it to none.
    hidden: int = 403
    refused: int = 403
    # How it turns a guest away: 302 is to the page of signing in.
    guest: int = 302
    # Who sees the object, and so is refused aloud where others are told that there is nothing.
    aloud: tuple[str, ...] = ()
    # What is asked for and sent, with things in angle brackets as well.
    query: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    # Where somebody who gets in is told that the thing is not there, whatever the role; with the reason beside it.
    answers: int = 200


def page(who: Who, **more: Any) -> Entry:
    """A page that is read."""
    return Entry({"GET": who}, **more)


def button(who: Who, **more: Any) -> Entry:
    """What is only sent to."""
    return Entry({"POST": who}, **more)


def form(who: Who, **more: Any) -> Entry:
    """A page with a form: reading and sending are open to the same people."""
    return Entry({"GET": who, "POST": who}, **more)
