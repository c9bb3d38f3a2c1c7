"""A simulated programme of three years: supporters hold sessions for beneficiaries, claim some twice, confirm late, send
back, close their months and take sessions back. Everything is invented, and the same seed tells the same story.

What officers do goes through the operations that officers use; the hours of lawyers are loaded in bulk (hours.py).
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from benchmarks.quota.hours import load_hours
from courses import api as courses
from programmes.plans.models import Plan, Target
from programmes.plans.queries import session_plan_of
from programmes.quotas import operations, reversals, rules, session_planning
from programmes.quotas.models import QuotaRule, Reversal
from programmes.reports import operations as reporting
from programmes.reports import verifying
from qianchang.people.models import Account, Association
from tests.courses.factories import make_published_lecture
from tests.world import SHANGHAI, World

# The documents name six beneficiaries; a programme of sixteen gives to these as well.
MORE = (
    ("GZ", "520000", "贵州省"),
    ("SC", "510000", "四川省"),
    ("CQ", "500000", "重庆市"),
    ("XZ", "540000", "西藏自治区"),
    ("SN", "610000", "陕西省"),
    ("GS", "620000", "甘肃省"),
    ("QH", "630000", "青海省"),
    ("NX", "640000", "宁夏回族自治区"),
    ("XJ", "650000", "新疆维吾尔自治区"),
    ("NM", "150000", "内蒙古自治区"),
)
FIRST_YEAR, YEARS = 2027, 3
MODES = {"network_video": 50, "onsite": 25, "dvd": 15, "teleconference": 10}
REFUSALS = (
    courses.UnableToSchedule,
    courses.UnableToHold,
    courses.UnableToCancel,
    operations.UnableToAttach,
    operations.UnableToConfirm,
    operations.UnableToReturn,
    operations.UnableToCloseMonth,
    reversals.UnableToReverse,
)


@dataclass(frozen=True)
class Size:
    """How large the programme is."""

    supporters: int = 14
    beneficiaries: int = 16
    sessions: int = 1_000
    lectures: int = 250
    lawyers: int = 40_000
    completions: int = 1_000_000
    seed: int = 2012
    # Of the sessions that were confirmed, how many somebody proposes to take back.
    doubted: float = 0.04
    # The national association issues the bulletins of so many months, the first being January.
    bulletins: int = 36


SMALL = Size(
    supporters=3,
    beneficiaries=3,
    sessions=60,
    lectures=8,
    lawyers=30,
    completions=150,
    doubted=0.3,
    bulletins=1,
)


@dataclass
class Programme:
    """What was simulated, and what happened how often."""

    plan: Plan
    supporters: list[Association]
    beneficiaries: list[Association]
    happened: Counter[str] = field(default_factory=Counter)
    # What was issued and could not be made again byte for byte: looked for each June, and at the end.
    altered: list[str] = field(default_factory=list)
    compared: int = 0

    @property
    def last_day(self) -> date:
        return date(FIRST_YEAR + YEARS - 1, 12, 31)


@dataclass(frozen=True)
class Officers:
    """The two officers of one association."""

    first: Account
    second: Account


def simulate(size: Size, *, say: Callable[[str], None] = lambda _text: None) -> Programme:
    """Play the programme in the migrated, empty database, and return what happened."""
    world = World()
    operations.load_programmes(at=world.now)
    # The discs of these sessions are not simulated: `make bench-disc` is about them.
    QuotaRule.objects.update(dvd_needs_evidence=False)
    plan = session_plan_of(World.PROGRAMME)
    assert plan is not None
    chance = random.Random(size.seed)  # noqa: S311 - a story, not a secret
    for name, code in (("guangdong", "CN-GD"), ("guangxi", "CN-GX"), ("yunnan", "CN-YN")):
        vars(world)[name] = Association.objects.get(code=code)
    receiving = _of_role("beneficiary", size.beneficiaries)
    receiving += [
        world.association(f"CN-{code}", f"{name}律师协会", world.region(number, name), world.national)
        for code, number, name in MORE[: size.beneficiaries - len(receiving)]
    ]
    programme = Programme(plan, _of_role("supporter", size.supporters), receiving)
    pairs = _pairs(programme, chance, size)
    lectures = [
        make_published_lecture(
            world,
            title=f"第 {number} 讲",
            duration_ms=chance.choice([44, 60, 60, 90, 90, 120]) * 60_000,
            released_to=None,
        )
        for number in range(1, size.lectures + 1)
    ]
    say(f"{len(lectures)} lectures, {len(pairs)} pairs of associations")
    load_hours(world, programme.beneficiaries, lectures, size=size, chance=chance, say=say)
    story = Story(world, programme, pairs, [lecture.pk for lecture in lectures], chance, size.doubted)
    story.play(size.sessions, bulletins=size.bulletins, say=say)
    return programme


def _of_role(role: str, count: int) -> list[Association]:
    found = Association.objects.filter(
        programme_roles__programme_code=World.PROGRAMME, programme_roles__role=role
    ).distinct()
    # Guangdong, Guangxi and Yunnan have the numbers of the documents: they are in every programme.
    known = {"CN-GD", "CN-GX", "CN-YN"}
    ordered = sorted(found.order_by("code"), key=lambda association: association.code not in known)
    return ordered[:count]


def _pairs(programme: Programme, chance: random.Random, size: Size) -> list[tuple[Association, Association]]:
    """Who gives to whom: what the documents assign, and invented numbers for those of whom they state none."""
    stated = Target.objects.filter(plan=programme.plan)
    pairs = [
        (target.supporter, target.beneficiary)
        for target in stated.select_related("supporter", "beneficiary").order_by("pk")
        if target.beneficiary in programme.beneficiaries and target.beneficiary is not None
    ]
    pattern = stated.order_by("pk").first()
    assert pattern is not None
    for supporter in programme.supporters:
        if any(giver == supporter for giver, _region in pairs):
            continue
        for region in chance.sample(programme.beneficiaries, min(2, len(programme.beneficiaries))):
            if region == supporter:
                continue
            Target.objects.create(
                plan=programme.plan,
                key=f"QC/{supporter.code}/{region.code}/*/*",
                supporter=supporter,
                beneficiary=region,
                quantity=max(size.sessions // (2 * size.supporters), 1),
                strength=Target.Strength.ASSIGNED,
                source=pattern.source,
                quote="模拟",
            )
            pairs.append((supporter, region))
    return pairs


class Story:
    """Everything that happens, in the order of time."""

    def __init__(
        self,
        world: World,
        programme: Programme,
        pairs: list[tuple[Association, Association]],
        lectures: list[int],
        chance: random.Random,
        doubted: float,
    ) -> None:
        self.doubted = doubted
        self.world, self.programme, self.pairs, self.chance = world, programme, pairs, chance
        self.lectures = lectures
        self.given: list[tuple[int, Association, str, datetime]] = []
        self.queue: list[tuple[datetime, int, Callable[..., Any], tuple[Any, ...]]] = []
        self.number = 0
        self.officers: dict[tuple[str, int], Officers] = {}

    def play(self, sessions: int, *, bulletins: int, say: Callable[[str], None]) -> None:
        """Let everything happen."""
        for _each in range(sessions):
            self._plan_one()
        self._plan_closes()
        self._plan_bulletins(bulletins)
        while self.queue:
            at, number, act, how = heapq.heappop(self.queue)
            if number % 500 == 0:
                say(f"{at:%Y-%m}: {dict(self.programme.happened)}")
            self._try(act, *how, at=at)

    def _at(self, at: datetime, act: Callable[..., Any], *how: Any) -> None:
        self.number += 1
        heapq.heappush(self.queue, (at, self.number, act, how))

    def _try(self, act: Callable[..., Any], *how: Any, at: datetime) -> None:
        name = act.__name__.strip("_")
        try:
            act(*how, at=at)
        except REFUSALS:
            self.programme.happened[f"{name} refused"] += 1
        else:
            self.programme.happened[name] += 1

    def _of(self, association: Association, role: str) -> Officers:
        key = (role, association.pk)
        if key not in self.officers:
            made = [
                self.world.grant(
                    self.world.account(f"{role}.{association.code}.{number}".lower(), f"专员 {number}"),
                    role,
                    association,
                )
                for number in (1, 2)
            ]
            self.officers[key] = Officers(*made)
        return self.officers[key]

    # --- what is meant to happen ----------------------------------------------------------------------------

    def _plan_one(self) -> None:
        chance = self.chance
        supporter, region = chance.choice(self.pairs)
        mode = chance.choices(list(MODES), weights=list(MODES.values()))[0]
        begins = date(FIRST_YEAR, 1, 1) + timedelta(days=chance.randrange(365 * YEARS))
        day = datetime.combine(begins, time(10), SHANGHAI)
        lecture = chance.choice(self.lectures)
        if self.given and chance.random() < 0.08:
            # Claimed once more: the same lecture for the same region, on the same day where it is an event.
            lecture, region, mode, day = chance.choice(self.given)
            givers = [giver for giver, given_to in self.pairs if given_to == region]
            supporter = chance.choice(givers)
        self.given.append((lecture, region, mode, day))
        regions = [region]
        if mode in ("onsite", "teleconference") and chance.random() < 0.1:
            regions = [to for giver, to in self.pairs if giver == supporter]
        hour = chance.choice([None, time(9), time(9), time(14)])
        self._at(
            day - timedelta(days=chance.randint(3, 30)),
            self._schedule,
            supporter,
            regions,
            lecture,
            mode,
            day,
            hour,
        )

    def _plan_closes(self) -> None:
        months = [f"{FIRST_YEAR + year}-{month:02d}" for year in range(YEARS) for month in range(1, 13)]
        for supporter in self.programme.supporters:
            for month in months:
                if self.chance.random() < 0.05:
                    continue  # forgotten: the next month posts it
                closed = datetime.combine(rules.last_day(month), time(17), SHANGHAI)
                self._at(closed + timedelta(days=self.chance.randint(0, 4)), self._close, supporter, month)

    def _plan_bulletins(self, bulletins: int) -> None:
        for month in range(bulletins):
            year, of_year = divmod(month + 1, 12)
            self._at(datetime(FIRST_YEAR + year, of_year + 1, 5, 10, tzinfo=SHANGHAI), self._issue, month)
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
            self._at(datetime(year, 6, 15, 10, tzinfo=SHANGHAI), self._make_again)
        self._at(datetime(FIRST_YEAR + YEARS, 12, 31, tzinfo=SHANGHAI), self._make_again)

    # --- what officers do -----------------------------------------------------------------------------------

    def _issue(self, month: int, *, at: datetime) -> None:
        year, of_year = divmod(month, 12)
        reporting.issue_bulletin(
            plan=self.programme.plan,
            month=f"{FIRST_YEAR + year}-{of_year + 1:02d}",
            by=self.world.national_officer,
            at=at,
        )

    def _make_again(self, *, at: datetime) -> None:
        compared, altered = verifying.faults()
        self.programme.compared += compared
        self.programme.altered += [f"{at:%Y-%m}: {each}" for each in altered]

    def _schedule(
        self,
        supporter: Association,
        regions: list[Association],
        lecture: int,
        mode: str,
        day: datetime,
        hour: time | None,
        *,
        at: datetime,
    ) -> None:
        chance = self.chance
        officer = self._of(supporter, "supporting_officer").first
        place = f"{chance.choice(['东', '西', '南'])}会议中心" if mode == "onsite" else ""
        made = session_planning.schedule_event(
            plan=self.programme.plan,
            lecture_id=lecture,
            mode_code=mode,
            supporter=supporter,
            beneficiaries=regions,
            date=day.date(),
            place=place or chance.choice(["", "", "二号线路"]),
            begins_at=hour,
            by=officer,
            at=at,
        )
        region_of = {region.pk: region for region in regions}
        for session in made:
            region = region_of[session.beneficiary_id]
            if chance.random() < 0.03:
                self._at(day - timedelta(days=1), self._cancel, session.code, supporter)
            held = day + timedelta(days=chance.randint(0, 3), hours=8)
            self._at(held, self._hold, session.code, supporter)
            self._plan_answer(session.code, supporter, region, held)

    def _plan_answer(self, code: str, supporter: Association, region: Association, held: datetime) -> None:
        chance = self.chance
        if chance.random() < 0.03:
            return  # nobody ever confirms
        answered = held + timedelta(days=chance.randint(1, 20))
        if chance.random() < 0.1:
            self._at(answered, self._return, code, region)
            answered += timedelta(days=chance.randint(2, 30))
        if chance.random() < 0.1:
            answered += timedelta(days=chance.randint(40, 90))
        self._at(answered, self._confirm, code, region)
        if chance.random() < self.doubted:
            self._at(
                answered + timedelta(days=chance.randint(30, 200)), self._propose, code, supporter, region
            )

    def _cancel(self, code: str, supporter: Association, *, at: datetime) -> None:
        officer = self._of(supporter, "supporting_officer").first
        courses.cancel_session(session=courses.session_fact(code), by=officer, at=at)

    def _hold(self, code: str, supporter: Association, *, at: datetime) -> None:
        officer = self._of(supporter, "supporting_officer").first
        operations.hold_session(session=courses.session_fact(code), by=officer, at=at)

    def _confirm(self, code: str, region: Association, *, at: datetime) -> None:
        officer = self._of(region, "beneficiary_officer").first
        operations.confirm_session(session=courses.session_fact(code), by=officer, at=at)

    def _return(self, code: str, region: Association, *, at: datetime) -> None:
        officer = self._of(region, "beneficiary_officer").second
        operations.return_session(session=courses.session_fact(code), reason="缺签到表", by=officer, at=at)

    def _close(self, supporter: Association, month: str, *, at: datetime) -> None:
        officer = self._of(supporter, "supporting_officer").first
        operations.close_month(plan=self.programme.plan, supporter=supporter, month=month, by=officer, at=at)

    def _propose(self, code: str, supporter: Association, region: Association, *, at: datetime) -> None:
        fact = courses.session_fact(code)
        entry = reversals.standing_entry(fact.id, plan=self.programme.plan.pk)
        if entry is None:
            raise reversals.UnableToReverse("it does not count")
        maker = self._of(region, "beneficiary_officer").first
        made = reversals.propose_reversal(entry=entry, reason="签到表是另一场的", by=maker, at=at)
        act = self._refuse if self.chance.random() < 0.3 else self._reverse
        self._at(at + timedelta(days=self.chance.randint(1, 15)), act, made.pk, supporter)

    def _reverse(self, pk: int, supporter: Association, *, at: datetime) -> None:
        made, checker = (
            Reversal.objects.get(pk=pk),
            self._of(supporter, "supporting_officer").second,
        )
        reversals.approve_reversal(reversal=made, by=checker, at=at)

    def _refuse(self, pk: int, supporter: Association, *, at: datetime) -> None:
        made, checker = (
            Reversal.objects.get(pk=pk),
            self._of(supporter, "supporting_officer").second,
        )
        reversals.refuse_reversal(reversal=made, answer="两场不同", by=checker, at=at)
