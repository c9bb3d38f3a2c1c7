"""What the browser tests of the quota find on their site: Guangdong's year with sessions in every state, a plan that was
adopted, and Tianjin, which has a task, one session, and reported nothing. Everything happens in this month, so that the
board of this year shows it on any day.
"""

import json
from datetime import datetime, timedelta

from django.utils import timezone

from courses.api import SessionFact
from programmes.plans.breakdowns import adopt_plan, propose_plan
from programmes.plans.models import Target
from programmes.quotas import operations, rules
from programmes.spot_checks.operations import announce_check, draw_sample
from programmes.spot_checks.rectification import record_finding
from qianchang.people.models import Association, AssociationRole, Lawyer, RoleGrant
from tests.browser.cast import _session
from tests.courses.factories import make_published_lecture
from tests.programmes.factories import Office
from tests.world import World

HOUR_MS = 60 * 60_000
ONSITE, VIDEO = "onsite", "network_video"
# Counted, waiting for the close, waiting for confirmation, scheduled: mode, and for whom.
COUNTED = ((ONSITE, "CN-GX"), (ONSITE, "CN-GX"), (VIDEO, "CN-GX"), (VIDEO, "CN-GX"), (VIDEO, "CN-YN"))
CONFIRMED = ((ONSITE, "CN-GX"),)
HELD = ((VIDEO, "CN-GX"), (ONSITE, "CN-YN"))
SCHEDULED = ((ONSITE, "CN-GX"),)


def seed() -> str:
    """Fill the site and return as JSON the session keys of the cast, the month and what the board should say."""
    world = World()
    world.now = timezone.now() - timedelta(minutes=30)
    world.expert_lawyer = Lawyer.objects.get(account__isnull=False)
    assert world.expert_lawyer.account is not None
    world.expert, world.guangzhou_firm = world.expert_lawyer.account, world.expert_lawyer.firm
    AssociationRole.objects.all().delete()
    year = Year(world)
    year.plan()
    for mode, code in COUNTED:
        year.confirmed(mode, code)
    year.close()
    for mode, code in CONFIRMED:
        year.confirmed(mode, code)
    for mode, code in HELD:
        year.held(mode, code)
    for mode, code in SCHEDULED:
        year.scheduled(mode, code)
    year.tianjin()
    year.spot_check()
    cast = {
        "supporting": world.supporting_officer,
        "beneficiary": world.beneficiary_officer,
        "national": world.national_officer,
    }
    return json.dumps(
        {
            "sessions": {name: _session(account) for name, account in cast.items()},
            "month": year.month,
            "plan": year.office.plan.code,
            "year": world.day.year,
            "counted": len(COUNTED),
            "planned": 40,
        }
    )


class Year:
    """Guangdong's sessions of this month, each with a lecture of its own, so that none stands in another's way."""

    def __init__(self, world: World) -> None:
        self.world, self.office = world, Office(world)
        self.month = rules.month_of(world.day)
        self.many = 0

    def plan(self) -> None:
        """Guangdong adopts what the planner proposes for three years from this one."""
        world = self.world
        breakdown = propose_plan(
            plan=self.office.plan,
            supporter=world.guangdong,
            first=world.day.year,
            count=3,
            by=world.supporting_officer,
            at=world.now,
        )
        adopt_plan(breakdown=breakdown, seen=0, by=world.supporting_officer, at=world.now)

    def scheduled(self, mode: str, code: str) -> SessionFact:
        """A session that Guangdong's officer scheduled."""
        self.many += 1
        region = Association.objects.get(code=code)
        lecture = make_published_lecture(
            self.world, title=f"县域法律服务第 {self.many} 讲", duration_ms=HOUR_MS, released_to=[region]
        )
        lawyer = self.world.county_lawyer if code == "CN-GX" else self.world.yunnan_lawyer
        if mode == VIDEO:
            self.office.reached(lecture, lawyer)
        # A video is released today; a room was there on any day of the month until today.
        day = (
            self.world.day
            if mode == VIDEO
            else self.world.day.replace(day=1 + self.many % self.world.day.day)
        )
        return self.office.scheduled(
            lecture, mode=mode, beneficiary=region, on=day, place=f"会场 {self.many}"
        )

    def held(self, mode: str, code: str) -> SessionFact:
        """A session that took place."""
        fact = self.scheduled(mode, code)
        operations.hold_session(session=fact, by=self.world.supporting_officer, at=self.world.now)
        return fact

    def confirmed(self, mode: str, code: str) -> None:
        """A session that its region confirmed."""
        officer = self.world.beneficiary_officer if code == "CN-GX" else self.world.yunnan_officer
        operations.confirm_session(session=self.held(mode, code), by=officer, at=self.world.now)

    def close(self) -> None:
        """The month is posted as on its last day."""
        last = rules.last_day(self.month)
        at = datetime(last.year, last.month, last.day, 12, tzinfo=self.world.now.tzinfo)
        self.office.close(self.month, at=at)

    def spot_check(self) -> None:
        """The national officer drew three sessions by tomorrow's number and found a fault in the first."""
        world, tomorrow = self.world, self.world.later(days=1)
        check = announce_check(
            plan=self.office.plan,
            supporter=world.guangdong,
            beneficiary=None,
            first_month=self.month,
            last_month=self.month,
            sample_size=3,
            seed_source="双色球",
            seed_date=tomorrow.date(),
            by=world.national_officer,
            at=world.now,
        )
        drawing = draw_sample(
            check=check, public_number="03081522273109", by=world.national_officer, at=tomorrow
        )
        record_finding(
            sampled=drawing.sample.get(rank=1),
            outcome="faulty",
            kind="no_evidence",
            words="没有签到表。",
            addressee=world.guangdong,
            deadline_date=world.later(days=9).date(),
            by=world.national_officer,
            at=tomorrow,
        )

    def tianjin(self) -> None:
        """Tianjin owes Guangxi ten sessions a year; its officer has reported nothing."""
        world = self.world
        tianjin = Association.objects.filter(code="CN-TJ").first() or world.association(
            "CN-TJ", "天津市律师协会", world.region("120000", "天津市"), world.national
        )
        line = Target.objects.filter(plan=self.office.plan, supporter=world.guangdong).first()
        assert line is not None
        line.pk, line.key, line.supporter = None, "tianjin a year", tianjin
        line.beneficiary, line.year, line.each_year, line.quantity = world.guangxi, None, True, 10
        line.save()
        world.grant(world.account("tianjin", "津秘书"), RoleGrant.Role.SUPPORTING_OFFICER, tianjin)
