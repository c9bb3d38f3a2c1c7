"""Presence codes (口令) of a disc: derived from its serial number, so that those of one disc are worthless on another."""

from collections.abc import Sequence
from dataclasses import dataclass

from courses.attendance import presence
from courses.catalogue.models import LectureVersion
from courses.discs.models import Disc, MasterLecture


class NotOnThisDisc(Exception):
    """The lecture is not on this disc."""


@dataclass(frozen=True)
class DiscCode:
    """One code: where in the recording it is shown and spoken, and its four digits."""

    index: int
    from_ms: int
    until_ms: int
    digits: str


def place_of(serial: str) -> str:
    """Return the place whose codes a disc shows."""
    return f"disc:{serial}"


def codes_of(disc: Disc, version: LectureVersion | int) -> list[DiscCode]:
    """Return the codes of one lecture on a disc, in their order. Raises NotOnThisDisc. One query."""
    number = version if isinstance(version, int) else version.pk
    lecture = MasterLecture.objects.filter(master=disc.master_id, version=number).first()
    if lecture is None:
        raise NotOnThisDisc(disc.serial)
    return codes_in(disc.serial, lecture)


def codes_in(serial: str, lecture: MasterLecture) -> list[DiscCode]:
    """Return the codes of one place of a master as the disc with this serial shows them. No query."""
    place = place_of(serial)
    return [
        DiscCode(
            index,
            from_ms,
            until_ms,
            presence.shared_code(place=place, version_id=lecture.version_id, index=index),
        )
        for index, (from_ms, until_ms) in enumerate(lecture.windows, start=1)
    ]


def how_many(disc: Disc, version: LectureVersion | int) -> int:
    """Return how many codes one lecture on a disc shows; 0 for a lecture that is not on it."""
    number = version if isinstance(version, int) else version.pk
    lecture = MasterLecture.objects.filter(master=disc.master_id, version=number).first()
    return len(lecture.windows) if lecture else 0


def check(disc: Disc, version: LectureVersion | int, typed: Sequence[str]) -> list[bool]:
    """Tell of each code of a lecture on this disc whether what was typed for it is right; what is missing is not. Codes of
    a time before the site's secret changed still fit. A lecture that is not on the disc has no codes: the list is empty.
    """
    number = version if isinstance(version, int) else version.pk
    return [
        index <= len(typed)
        and presence.matches_shared(
            typed[index - 1], place=place_of(disc.serial), version_id=number, index=index
        )
        for index in range(1, how_many(disc, number) + 1)
    ]
