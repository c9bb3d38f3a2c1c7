"""Who may join a class: the questions that are asked of a lawyer, in their order, each with its sentence."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.enrolment import queries, reach, wording
from courses.enrolment.models import CourseRun
from courses.enrolment.rules import Audience, Outside
from qianchang.people.models import Lawyer
from qianchang.people.queries import association_line


class UnableToEnrol(Exception):
    """The lawyer cannot take this now. The text says what to do."""


@dataclass
class Gate:
    """The door of one class at one moment. It asks the database a constant number of times, however many lawyers come."""

    run: CourseRun
    at: datetime

    @property
    def on(self) -> date:
        return localdate(self.at)

    def closed(self, *, by_officer: bool) -> str:
        """Return why nobody can join the class now, whoever it is; empty when it is open."""
        course, window = self.run.course, queries.window_of(self.run)
        if not course.live:
            return str(wording.NOT_PUBLISHED)
        if course.opens_date is not None and course.opens_date > self.on:
            return _("This course opens on %(date)s. Come back then.") % {
                "date": course.opens_date.isoformat()
            }
        if window.is_over(self.on) and window.last is not None:
            return _("This class ended on %(date)s. Ask the association for the next one.") % {
                "date": window.last.isoformat()
            }
        if not by_officer and self.run.named_for:
            return _(
                "This class is for %(whom)s. Your association puts them on its list by name: ask it if you are one."
            ) % {"whom": self.run.named_for}
        if not by_officer and not window.lets_lawyers_enrol(self.on) and window.enrol_last is not None:
            return _(
                "Enrolment in this class ended on %(date)s. Your association can still enrol you: ask it."
            ) % {"date": window.enrol_last.isoformat()}
        return ""

    def outside(self, lawyer: Lawyer, eligibility: dict[str, Any]) -> Outside | None:
        """Return why the lawyer does not belong to the audience; None for who does. This, and this alone, an officer
        may set aside with a reason.
        """
        return self._audience.outside(eligibility=eligibility, line=_codes(lawyer))

    def is_held_for(self, lawyer: Lawyer) -> bool:
        """Tell whether the class is held for the lawyer's association or one above it; the default run is for all."""
        return self.run.association is None or self.run.association.code in _codes(lawyer)

    def has_an_open_lecture(self, lawyer: Lawyer) -> bool:
        """Tell whether at least one lecture of the course is open to the lawyer."""
        return self._released_to.reaches_any(reach.of_lawyer(lawyer), on=self.on)

    def refusal(self, lawyer: Lawyer, eligibility: dict[str, Any]) -> str:
        """Return why a lawyer who comes alone cannot join; empty for who can."""
        closed = self.closed(by_officer=False)
        if closed:
            return closed
        if not self.is_held_for(lawyer):
            return str(wording.OTHER_PEOPLES_CLASS)
        classes = queries.classes_for(self.run.course, lawyer.association, on=self.on)
        if self.run.is_default and not all(run.is_default for run in classes):
            return str(wording.THERE_IS_A_CLASS)
        if not self.has_an_open_lecture(lawyer):
            return str(wording.NO_LECTURE_OPEN)
        why = self.outside(lawyer, eligibility)
        return wording.outside_sentence(why, self.run, eligibility) if why else ""

    @cached_property
    def _audience(self) -> Audience:
        return queries.audience_of(self.run)

    @cached_property
    def _released_to(self) -> reach.Coverage:
        return reach.Coverage(queries.open_releases_of(self.run.course, at=self.at))


def _codes(lawyer: Lawyer) -> list[str]:
    return [association.code for association in association_line(lawyer.association)]
