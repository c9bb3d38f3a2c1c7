"""What can be wrong with a row of a roster. Each kind has one sentence (wording.py) and belongs to one group."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """The groups by which faulty rows are filtered."""

    LICENCE = "licence"
    TWICE = "twice"
    NAME = "name"
    FIRM = "firm"
    PLACE = "place"
    PHONE = "phone"
    OTHER = "other"
    ROW = "row"


class Kind(StrEnum):
    """What is wrong."""

    LICENCE_MISSING = "licence_missing"
    LICENCE_SHORT = "licence_short"
    LICENCE_LONG = "licence_long"
    LICENCE_LETTERS = "licence_letters"
    LICENCE_SCIENTIFIC = "licence_scientific"
    LICENCE_FIGURE = "licence_figure"
    LICENCE_MASKED = "licence_masked"
    LICENCE_SIGNS = "licence_signs"
    IDENTITY_CARD = "identity_card"
    LICENCE_TWICE = "licence_twice"
    LICENCE_ELSEWHERE = "licence_elsewhere"
    NAME_MISSING = "name_missing"
    NAME_DIGITS = "name_digits"
    NAME_PLACEHOLDER = "name_placeholder"
    NAME_WITH_NOTE = "name_with_note"
    NAME_LONG = "name_long"
    NAME_DIFFERS = "name_differs"
    FIRM_MISSING = "firm_missing"
    FIRM_LONG = "firm_long"
    FIRM_NEARLY = "firm_nearly"
    FIRM_ELSEWHERE = "firm_elsewhere"
    FIRM_TWO_COUNTIES = "firm_two_counties"
    REGISTERED_LATER = "registered_later"
    COUNTY_MISSING = "county_missing"
    COUNTY_UNKNOWN = "county_unknown"
    COUNTY_SEVERAL = "county_several"
    COUNTY_ELSEWHERE = "county_elsewhere"
    PHONE_LENGTH = "phone_length"
    PHONE_LETTERS = "phone_letters"
    PHONE_SEVERAL = "phone_several"
    EMAIL_MALFORMED = "email_malformed"
    BIRTH_ABSURD = "birth_absurd"
    BIRTH_TWO_DIGITS = "birth_two_digits"
    BIRTH_MALFORMED = "birth_malformed"
    DATE_MALFORMED = "date_malformed"
    DATE_FUTURE = "date_future"
    ROW_SHORT = "row_short"
    ROW_LONG = "row_long"
    ROW_TOTAL = "row_total"
    ROW_NOTE = "row_note"
    ROW_HEADING = "row_heading"

    @property
    def group(self) -> Group:
        """The group that the kind is filtered by."""
        if self is Kind.LICENCE_TWICE:
            return Group.TWICE
        by_beginning = {
            "licence": Group.LICENCE,
            "identity": Group.LICENCE,
            "name": Group.NAME,
            "firm": Group.FIRM,
            "registered": Group.FIRM,
            "county": Group.PLACE,
            "phone": Group.PHONE,
            "row": Group.ROW,
        }
        return by_beginning.get(self.split("_")[0], Group.OTHER)

    @property
    def is_of_the_whole_row(self) -> bool:
        """Tell whether no value can be put right: such a row is left out, or comes again with another file."""
        return self.group is Group.ROW


# These rows are no lawyers: to leave them out is what is proposed.
LEAVE_OUT = frozenset({Kind.LICENCE_TWICE, Kind.ROW_TOTAL, Kind.ROW_NOTE, Kind.ROW_HEADING})


def kinds_of(group: str) -> list[str]:
    """Return the kinds of a group."""
    return [kind.value for kind in Kind if kind.group == group]


@dataclass(frozen=True)
class Fault:
    """One mistake: what kind, in which field, the value as it stands, perhaps a better one, and what its sentence needs."""

    kind: Kind
    field: str
    value: str = ""
    proposal: str = ""
    about: dict[str, str | int] = dataclasses.field(default_factory=dict)
