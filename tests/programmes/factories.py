"""Plans and sessions for the tests of the officer's room, made through the platform's own operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from courses import api as courses
from courses.api import SessionFact
from courses.catalogue.models import LecturePage
from courses.credits.models import CreditEntry, CreditRule
from programmes.plans.models import Plan
from programmes.plans.queries import session_plan_of
from programmes.quotas import operations
from qianchang.groundwork import ledgers
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.privacy.pseudonyms import ledger_digest
from tests.courses.factories import make_published_lecture
from tests.world import World

HOUR_MS = 60 * 60_000


@dataclass
class Office:
    """The association desk of one test: the facts are loaded, and a session goes as far as it is told to."""

    world: World

    def __post_init__(self) -> None:
        operations.load_programmes(at=self.world.now)
        # The cast belongs to the associations of the documents, and not to a second set with their codes.
        for name, code in (("guangdong", "CN-GD"), ("guangxi", "CN-GX"), ("yunnan", "CN-YN")):
            vars(self.world)[name] = Association.objects.get(code=code)

    @cached_property
    def plan(self) -> Plan:
        plan = session_plan_of("BQQ-2012")
        assert plan is not None
        return plan

    def lecture(
        self,
        title: str = "医疗损害责任纠纷",
        *,
        length_ms: int = HOUR_MS,
        to: Sequence[Association] | None = None,
    ) -> LecturePage:
        """A published lecture of Guangdong, open to some associations (Guangxi, when not given)."""
        released_to = [self.world.guangxi] if to is None else to
        return make_published_lecture(self.world, title=title, duration_ms=length_ms, released_to=released_to)

    def reached(self, lecture: LecturePage, lawyer: Lawyer, *, mode: str = "network_video") -> CreditEntry:
        """A lawyer has hours for a lecture."""
        version = lecture.versions.get()
        entry = CreditEntry(
            lawyer=lawyer,
            lawyer_digest=ledger_digest(lawyer),
            lecture_version=version,
            lecture=lecture,
            accounting_year=2026,
            category=lecture.category,
            mode_code=mode,
            hours=1,
            rule=CreditRule.objects.get(version=1, jurisdiction=self.world.jurisdiction),
            covered_ms=version.length_ms,
            creditable_ms=version.length_ms,
            wall_ms=version.length_ms,
            codes_answered=2,
            devices=1,
            grade="A",
        )
        return ledgers.append(entry, ledger=lawyer.association.code, at=self.world.now)

    def scheduled(
        self,
        lecture: LecturePage | None = None,
        *,
        mode: str = "network_video",
        beneficiary: Association | None = None,
        on: date | None = None,
        place: str = "",
        by: Account | None = None,
        at: datetime | None = None,
    ) -> SessionFact:
        """A session that Guangdong's officer scheduled."""
        lecture = lecture or self.lecture()
        return operations.schedule_session(
            plan=self.plan,
            lecture_id=lecture.pk,
            mode_code=mode,
            supporter=self.world.guangdong,
            beneficiary=beneficiary or self.world.guangxi,
            date=on or self.world.day,
            place=place or ("百色市会议中心" if mode == "onsite" else ""),
            by=by or self.world.supporting_officer,
            at=at or self.world.now,
        )

    def held(
        self,
        lecture: LecturePage | None = None,
        *,
        by: Account | None = None,
        at: datetime | None = None,
        **how: object,
    ) -> SessionFact:
        """A session that Guangdong's officer recorded as held; a network video has reached 韦晓岚."""
        lecture = lecture or self.lecture()
        fact = self.scheduled(lecture, by=by, at=at, **how)  # type: ignore[arg-type]
        reaches_by_itself = fact.mode_code == "network_video" and fact.reach == 0
        if reaches_by_itself:
            self.reached(lecture, self.world.county_lawyer)
        operations.hold_session(session=fact, by=self.world.supporting_officer, at=at or self.world.now)
        return courses.session_fact(fact.code)

    def confirmed(
        self, lecture: LecturePage | None = None, *, at: datetime | None = None, **how: object
    ) -> SessionFact:
        """A session that Guangxi's officer confirmed."""
        fact = self.held(lecture, at=at, **how)  # type: ignore[arg-type]
        operations.confirm_session(session=fact, by=self.world.beneficiary_officer, at=at or self.world.now)
        return fact

    def close(self, month: str, *, at: datetime, by: Account | None = None) -> operations.Closed:
        """Guangdong's month is closed."""
        return operations.close_month(
            plan=self.plan,
            supporter=self.world.guangdong,
            month=month,
            by=by or self.world.supporting_officer,
            at=at,
        )
