"""Counted sessions and spot checks, made through the platform's own operations."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from courses.api import SessionFact
from programmes.quotas.models import QuotaEntry, QuotaRule, SessionTarget
from programmes.spot_checks import operations, queries, rectification
from programmes.spot_checks.models import Drawing, Finding, Reply, Sampled, SpotCheck
from qianchang.groundwork import ledgers
from qianchang.people.models import Account, Association
from tests.programmes.factories import Office
from tests.world import World

NUMBER = "03 08 15 22 27 31 + 09"
OCTOBER = "2026-10"


@dataclass
class Checks:
    """October of Guangdong, closed with some counted sessions, and what is checked of it in November."""

    office: Office
    sessions: int = 3

    @property
    def world(self) -> World:
        return self.office.world

    @property
    def announced_at(self) -> datetime:
        return self.world.now.replace(month=11, day=2)

    @property
    def seed_date(self) -> date:
        return date(2026, 11, 5)

    @property
    def drawn_at(self) -> datetime:
        return self.announced_at.replace(day=5)

    def drawn_at_plus(self, days: int) -> datetime:
        return self.drawn_at + timedelta(days=days)

    @cached_property
    def codes(self) -> list[str]:
        """The codes of October's sessions: confirmed by Guangxi, posted by Guangdong."""
        lecture = self.office.lecture()
        held = [
            self.office.confirmed(lecture, mode="onsite", on=date(2026, 10, 1 + day))
            for day in range(self.sessions)
        ]
        self.office.close(OCTOBER, at=self.world.now.replace(day=31))
        return sorted(each.code for each in held)

    def announce(
        self,
        *,
        size: int = 2,
        supporter: Association | None = None,
        beneficiary: Association | None = None,
        by: Account | None = None,
        at: datetime | None = None,
        **terms: object,
    ) -> SpotCheck:
        """A check that the national association announced."""
        assert self.codes
        said = {
            "first_month": OCTOBER,
            "last_month": OCTOBER,
            "seed_source": "双色球第 2026127 期",
            "seed_date": self.seed_date,
        }
        return operations.announce_check(
            plan=self.office.plan,
            supporter=supporter,
            beneficiary=beneficiary,
            sample_size=size,
            by=by or self.world.national_officer,
            at=at or self.announced_at,
            **{**said, **terms},  # type: ignore[arg-type]
        )

    def drawn(self, check: SpotCheck | None = None, *, by: Account | None = None) -> Drawing:
        """A check whose sample was drawn on its day."""
        check = check or self.announce()
        return operations.draw_sample(
            check=check, public_number=NUMBER, by=by or self.world.national_officer, at=self.drawn_at
        )

    def sampled(self, drawing: Drawing | None = None, rank: int = 1) -> Sampled:
        """One drawn session with everything about it."""
        drawing = drawing or self.drawn()
        return queries.with_everything(Sampled.objects.filter(drawing=drawing, rank=rank)).get()

    def again(self, sampled: Sampled) -> Sampled:
        """The same drawn session, read anew."""
        return queries.with_everything(Sampled.objects.filter(pk=sampled.pk)).get()

    def fault(self, sampled: Sampled | None = None, *, by: Account | None = None, **said: object) -> Finding:
        """A fault that the national officer found and Guangdong mends within ten days."""
        sampled = sampled or self.sampled()
        terms = {
            "outcome": "faulty",
            "kind": "no_evidence",
            "words": "没有签到表。",
            "addressee": self.world.guangdong,
            "deadline_date": self.drawn_at_plus(10).date(),
            **said,
        }
        return rectification.record_finding(
            sampled=sampled,
            by=by or self.world.national_officer,
            at=self.drawn_at,
            **terms,  # type: ignore[arg-type]
        )

    def replied(self, finding: Finding | None = None, words: str = "签到表已补传。") -> Reply:
        """What Guangdong's second officer replied."""
        return rectification.reply_to_finding(
            finding=finding or self.fault(),
            words=words,
            by=self.world.second_supporting_officer,
            at=self.drawn_at_plus(1),
        )


def checked_session(office: Office, fact: SessionFact, *, by: Account) -> Finding:
    """A fault with a photo, of a check that the beneficiary side of one session announced. The session is posted by its
    entry alone: what led there is no matter of the check's.
    """
    now = office.world.now
    on = SessionTarget.objects.select_related("target").get(session=fact.id)
    supporter = Association.objects.get(pk=fact.supporter_id)
    entry = QuotaEntry(
        session_id=fact.id,
        plan_id=on.plan_id,
        target=on.target,
        supporter=supporter,
        beneficiary_id=fact.beneficiary_id,
        mode_code=fact.mode_code,
        held_date=fact.date,
        effective_month=f"{fact.date:%Y-%m}",
        posted_month=f"{now:%Y-%m}",
        quantity=1,
        reach=1,
        rule=QuotaRule.objects.earliest("pk"),
    )
    ledgers.append(entry, ledger=supporter.code, at=now)
    check = operations.announce_check(
        plan=office.plan,
        supporter=supporter,
        beneficiary=Association.objects.get(pk=fact.beneficiary_id),
        first_month=f"{now:%Y-%m}",
        last_month=f"{now:%Y-%m}",
        sample_size=1,
        seed_source=f"双色球 {fact.code}",
        seed_date=(now - timedelta(days=1)).date(),
        by=by,
        at=now - timedelta(days=3),
    )
    drawing = operations.draw_sample(check=check, public_number=NUMBER, by=by, at=now)
    return rectification.record_finding(
        sampled=drawing.sample.get(),
        outcome="faulty",
        kind="other",
        words="请核对。",
        addressee=supporter,
        deadline_date=(now + timedelta(days=9)).date(),
        photo=b"jpeg",
        by=by,
        at=now,
    )
