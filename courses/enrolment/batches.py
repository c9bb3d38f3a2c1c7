"""A class is filled from a named list: every line is answered first, and confirming does what the answers said.

Nothing is kept between the two steps: the list is answered again when it is confirmed, inside the lock of the class,
and when an answer has changed meanwhile nothing is done and the new answers are shown.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.enrolment import queries, wording
from courses.enrolment.admission import Gate, UnableToEnrol
from courses.enrolment.models import CourseRun, Enrolment
from courses.enrolment.named_lists import DIGITS, Entry, Unread
from courses.enrolment.rules import Answer
from courses.enrolment.seating import Joining, locked, seat_all
from qianchang.groundwork import audit
from qianchang.people.eligibility import DATED, JOINED, designations, eligibility_snapshot
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, associations_where, require
from qianchang.people.rules import Designation

State = Enrolment.State


@dataclass(frozen=True)
class Line:
    """The answer to one line: `words` for the officer, `lawyer` only where somebody of the own roster stands on it."""

    number: int
    text: str
    answer: Answer
    words: str
    lawyer: Lawyer | None = None
    eligibility: dict[str, Any] | None = None
    excepted: bool = False


@dataclass(frozen=True)
class Answers:
    """The answers to a list, in its order."""

    lines: tuple[Line, ...]

    def count(self, *answers: Answer) -> int:
        return sum(line.answer in answers for line in self.lines)

    @property
    def changes(self) -> int:
        """How many lines would change something."""
        return self.count(Answer.ENROLS, Answer.WAITS)

    @property
    def digest(self) -> str:
        """What the officer saw, in 64 hex digits: who is on which line, and what happens to them."""
        seen = [
            (
                line.number,
                line.lawyer.pk if line.lawyer else line.text,
                line.answer,
                line.words,
                line.excepted,
            )
            for line in self.lines
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()


class AnswersChanged(Exception):
    """Since the list was answered somebody joined, left or was changed. Nothing was done."""


class UnableToFill(Exception):
    """No list can be used for this class now. The text says why."""


def answers_to(
    *,
    run: CourseRun,
    entries: Sequence[Entry | Unread],
    excepted: Collection[int] = (),
    by: Account,
    at: datetime,
) -> Answers:
    """Answer every line of a list without changing anything. The queries do not grow with the list.

    `excepted` are numbers of lawyers for whom the officer sets the audience aside, or who withdrew and are to come
    back. Raises UnableToFill, or PermissionDenied for an officer of another association.
    """
    _require_open(run, by=by, at=at)
    gate = Gate(run, at)
    lawyers = _roster(run, [entry.number for entry in entries if isinstance(entry, Entry)], by=by, at=at)
    known = _Known.of(run, list(lawyers.values()))
    lines: list[Line] = []
    first_line: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, Unread):
            lines.append(Line(entry.line, entry.text, Answer.UNREAD, _unread(entry)))
            continue
        text = " ".join([entry.number, *sorted(entry.names)]) if len(entry.names) == 1 else entry.number
        if entry.number in first_line:
            words = _("stands on line %(line)d already") % {"line": first_line[entry.number]}
            lines.append(Line(entry.line, text, Answer.STANDS, words))
            continue
        first_line[entry.number] = entry.line
        lawyer = lawyers.get(entry.number)
        if lawyer is None:
            lines.append(Line(entry.line, text, Answer.REFUSED, _("not on your roster")))
        elif _is_misnamed(entry, lawyer, entries, lawyers):
            words = _("the roster has another name for this number: check the line")
            lines.append(Line(entry.line, text, Answer.REFUSED, words))
        else:
            lines.append(_line(entry.line, lawyer, gate, known, excepted=lawyer.pk in excepted))
    return Answers(tuple(known.seat_all(lines)))


@transaction.atomic
def enrol_list(
    *,
    run: CourseRun,
    entries: Sequence[Entry | Unread],
    excepted: Collection[int] = (),
    reason: str = "",
    seen: str,
    by: Account,
    at: datetime,
) -> Answers:
    """Do what the answers said that an officer saw; `seen` is their digest, `reason` says why some are excepted. All
    of it or nothing; the same list again changes nothing. Returns the answers.

    Raises AnswersChanged, UnableToFill, or PermissionDenied.
    """
    run = locked(run)
    answers = answers_to(run=run, entries=entries, excepted=excepted, by=by, at=at)
    if answers.digest != seen:
        raise AnswersChanged
    reason = reason.strip()
    if any(line.excepted for line in answers.lines) and not reason:
        raise UnableToFill(_("Give the reason for the exceptions, with its document if there is one."))
    joins = [
        (line, Joining(line.lawyer, line.eligibility or {}, reason if line.excepted else ""))
        for line in answers.lines
        if line.lawyer is not None and line.answer in (Answer.ENROLS, Answer.WAITS)
    ]
    try:
        enrolments = seat_all(run=run, joining=[joining for _line, joining in joins], by=by, at=at)
    except UnableToEnrol as error:
        # Joined another class of the course at this moment: this class's lock does not hold that one.
        raise AnswersChanged from error
    for (line, _joining), enrolment in zip(joins, enrolments, strict=True):
        if (enrolment.state == State.WAITING) != (line.answer is Answer.WAITS):
            raise AnswersChanged
    if answers.changes:
        audit.record(
            "enrol list",
            object_type="class",
            object_key=str(run.pk),
            by=by,
            at=at,
            enrolled=answers.count(Answer.ENROLS),
            waiting=answers.count(Answer.WAITS),
            exceptions=sum(line.excepted for line in answers.lines),
        )
    return answers


@dataclass
class _Known:
    """What the database knows of everybody on a list, read at once."""

    run: CourseRun
    here: dict[int, Enrolment]
    elsewhere: dict[int, Enrolment]
    places: dict[int, int]
    free: int | None
    waiting: int
    facts: tuple[Designation, ...]

    @classmethod
    def of(cls, run: CourseRun, lawyers: Sequence[Lawyer]) -> "_Known":
        rows = list(Enrolment.objects.filter(course=run.course_id, lawyer__in=lawyers).select_related("run"))
        here = {row.lawyer_id: row for row in rows if row.run_id == run.pk}
        elsewhere = {
            row.lawyer_id: row for row in rows if row.run_id != run.pk and row.state in Enrolment.ACTIVE
        }
        seats = queries.seats_of(run)
        places = queries.places_in_queue(list(here.values()))
        return cls(run, here, elsewhere, places, seats.free, seats.waiting, designations())

    def seat_all(self, lines: Iterable[Line]) -> Iterable[Line]:
        """Say of everybody who can join whether a seat is left for them, in the order of the list."""
        free, waiting = self.free, self.waiting
        for line in lines:
            if line.answer is not Answer.ENROLS:
                yield line
            elif waiting or free == 0:
                waiting += 1
                words = _("will wait, place %(place)d") % {"place": waiting}
                yield replace(line, answer=Answer.WAITS, words=_with_exception(words, line))
            else:
                free = None if free is None else free - 1
                yield replace(line, words=_with_exception(_("will be enrolled"), line))


def _line(number: int, lawyer: Lawyer, gate: Gate, known: _Known, *, excepted: bool) -> Line:
    text, here, other = str(lawyer), known.here.get(lawyer.pk), known.elsewhere.get(lawyer.pk)
    stands = Line(number, text, Answer.STANDS, "", lawyer)
    if here is not None and here.pk in known.places:
        words = _("waits already, place %(place)d") % {"place": known.places[here.pk]}
        return replace(stands, words=words)
    if here is not None and here.state != State.WITHDRAWN:
        words = _("already finished") if here.state == State.FINISHED else _("already enrolled")
        return replace(stands, words=words)
    if other is not None and queries.goes_on(other, on=gate.on) and other.run is not None:
        words = _("takes the course already: %(name)s") % {"name": wording.run_name(other.run)}
        return replace(stands, words=words)
    if not gate.has_an_open_lecture(lawyer):
        words = _("not eligible: no lecture of this course is open to this region")
        return replace(stands, answer=Answer.REFUSED, words=words)
    eligibility = eligibility_snapshot(lawyer, gate.on, facts=known.facts)
    joins = replace(stands, answer=Answer.ENROLS, eligibility=eligibility)
    why = gate.outside(lawyer, eligibility)
    if why is None and here is None:
        return joins
    if excepted:
        return replace(joins, excepted=True)
    words = _("withdrew") if why is None else wording.outside_on_a_list(why, known.run, eligibility)
    return replace(joins, answer=Answer.OUTSIDE, words=words)


def _with_exception(words: str, line: Line) -> str:
    return _("%(what)s, by exception") % {"what": words} if line.excepted else words


def _roster(run: CourseRun, numbers: Sequence[str], *, by: Account, at: datetime) -> dict[str, Lawyer]:
    """Return the lawyers with these licence numbers that the officer may name here, by number: those of the class's
    association and below it, as far as the officer's own reach goes. Nobody else exists for a list.
    """
    reach = associations_where(by, Act.ENROL_LAWYERS, on=localdate(at)) or []
    held_for = (
        Q(association=run.association_id)
        | Q(association__parent=run.association_id)
        | Q(association__parent__parent=run.association_id)
    )
    rows = (
        Lawyer.objects.filter(held_for, licence_number__in=set(numbers), association__in=reach)
        .select_related(*JOINED)
        .prefetch_related(*DATED)
    )
    return {lawyer.licence_number: lawyer for lawyer in rows}


def _is_misnamed(
    entry: Entry, lawyer: Lawyer, entries: Sequence[Entry | Unread], lawyers: dict[str, Lawyer]
) -> bool:
    """Tell whether a line names somebody, but not this lawyer nor anybody else whose number stands on it."""
    if not entry.names or lawyer.name in entry.names:
        return False
    beside = {
        found.name
        for each in entries
        if isinstance(each, Entry) and each.line == entry.line and (found := lawyers.get(each.number))
    }
    return not entry.names <= beside


def _unread(entry: Unread) -> str:
    if entry.rounded:
        return _("the file keeps this number as a figure, so its last digits are lost: make the column text")
    if entry.digits == DIGITS:
        return _("other signs stand in this number: leave its 17 digits alone")
    if entry.digits:
        return _("%(digits)d digits, a licence number has 17") % {"digits": entry.digits}
    return _("no licence number on this line")


def _require_open(run: CourseRun, *, by: Account, at: datetime) -> None:
    if run.association is None:
        raise UnableToFill(_("Who takes the course alone enrols alone. Open a class first."))
    require(by, Act.ENROL_LAWYERS, on=localdate(at), association=run.association)
    closed = Gate(run, at).closed(by_officer=True)
    if closed:
        raise UnableToFill(closed)
