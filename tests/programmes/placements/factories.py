"""The registers for tests: trainees, gifts, young lawyers and classes, made through the platform's own operations."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from programmes.placements import county_classes, donations, operations, pool, queries, stipends, trainees
from programmes.placements.models import CountyClass, Donation, PoolMember, StipendPayment, Topic, Trainee
from programmes.placements.rules import Part
from programmes.plans.models import Plan, Target
from qianchang.people.models import Account, Association, Firm, Lawyer
from tests.programmes.factories import Office
from tests.world import World

# The training begins long before the world's today, so that all of its days can be logged.
CLASS_BEGINS = date(2026, 8, 3)
FIRM_BEGINS = date(2026, 8, 10)


class Registers:
    """The registers of one test, with what the documents say of them."""

    def __init__(self, office: Office) -> None:
        self.office, self.world = office, office.world
        operations.load_register_facts(at=self.world.now)
        self._lawyers = 0

    @property
    def now(self) -> datetime:
        return self.world.now

    @cached_property
    def plan(self) -> Plan:
        return self._plan(queries.TRAINEES)

    @cached_property
    def vehicles(self) -> Plan:
        return self._plan(queries.DONATIONS)

    @cached_property
    def pairs(self) -> Plan:
        return self._plan(queries.PAIRS)

    @cached_property
    def county(self) -> Plan:
        return self._plan(queries.COUNTY_TRAINING)

    def _plan(self, kind: str) -> Plan:
        plan = queries.plan_of(kind)
        assert plan is not None
        return plan

    @cached_property
    def guangzhou(self) -> Association:
        return Association.objects.select_related("parent__parent").get(code="CN-GD-440100")

    @cached_property
    def shenzhen(self) -> Association:
        return Association.objects.select_related("parent__parent").get(code="CN-GD-440300")

    @cached_property
    def host_officer(self) -> Account:
        """冯秘书 of Guangzhou, a host below Guangdong."""
        account = self.world.account("feng.mishu", "冯秘书")
        return self.world.grant(account, "supporting_officer", self.guangzhou)

    def lawyer(self, firm: Firm | None = None, *, birth_year: int | None = 1990, name: str = "") -> Lawyer:
        """One more lawyer of Guangxi (or of the firm's association)."""
        self._lawyers += 1
        number = f"1451020150{5_000_000 + self._lawyers}"
        name = name or f"学员{self._lawyers}"
        return self.world.lawyer(
            number, name, firm or self.world.napo_firm, birth_year=birth_year, account=False
        )

    def nominated(
        self,
        lawyer: Lawyer | None = None,
        *,
        host: Association | None = None,
        supporter: Association | None = None,
        year: int = 2026,
        by: Account | None = None,
    ) -> Trainee:
        """A lawyer whom the beneficiary association nominated to Guangzhou."""
        return trainees.nominate_trainee(
            plan=self.plan,
            lawyer=lawyer or self.lawyer(),
            supporter=supporter or self.world.guangdong,
            host=host or self.guangzhou,
            year=year,
            by=by or self.world.beneficiary_officer,
            at=self.now,
        )

    def accepted(self, *args: Lawyer, **how: object) -> Trainee:
        """A trainee whom the host took in."""
        trainee = self.nominated(*args, **how)  # type: ignore[arg-type]
        return trainees.accept_trainee(trainee=trainee, by=self.world.supporting_officer, at=self.now)

    def log(self, trainee: Trainee, part: Part, first: date, count: int) -> None:
        """Days in a row."""
        trainees.log_days(
            trainee=trainee,
            part=part,
            days=[first + timedelta(days=each) for each in range(count)],
            place="广州市律协培训中心" if part is Part.CLASS else "广东岭南律师事务所",
            by=self.world.supporting_officer,
            at=self.now,
        )
        trainee.refresh_from_db()

    def finished(self, *args: Lawyer, **how: object) -> Trainee:
        """A trainee who is through."""
        trainee = self.accepted(*args, **how)
        self.log(trainee, Part.CLASS, CLASS_BEGINS, 5)
        self.log(trainee, Part.FIRM, FIRM_BEGINS, 20)
        return trainees.finish_trainee(trainee=trainee, by=self.world.supporting_officer, at=self.now)

    def paid(self, trainee: Trainee, reference: str = "2026-0117") -> StipendPayment:
        """The stipend of a trainee, paid by Guangdong."""
        return stipends.pay_stipend(
            trainee=trainee,
            paid_date=self.world.day,
            reference=reference,
            by=self.world.supporting_officer,
            at=self.now,
        )

    def offered(
        self,
        *,
        kind: str = "vehicle",
        value: str = "68000",
        quantity: int = 1,
        year: int = 2026,
        donor: Association | None = None,
        supporter: Association | None = None,
        beneficiary: Association | None = None,
        by: Account | None = None,
    ) -> Donation:
        """A gift that Guangdong's officer entered."""
        return donations.record_donation(
            plan=self.county if kind == "computers" else self.vehicles,
            supporter=supporter or self.world.guangdong,
            donor=donor or self.guangzhou,
            beneficiary=beneficiary or self.world.guangxi,
            year=year,
            gift=donations.Gift(
                kind=kind, value_cny=Decimal(value), quantity=quantity, description="二手商务车"
            ),
            by=by or self.world.supporting_officer,
            at=self.now,
        )

    def delivered(self, **how: object) -> Donation:
        """A gift that was handed over."""
        return donations.deliver_donation(
            donation=self.offered(**how),  # type: ignore[arg-type]
            firm=self.world.napo_firm,
            delivered_date=self.world.day,
            by=self.world.supporting_officer,
            at=self.now,
        )

    def verified(self, **how: object) -> Donation:
        """A gift that Guangxi's officer saw."""
        return donations.verify_donation(
            donation=self.delivered(**how), by=self.world.beneficiary_officer, at=self.now
        )

    def member(self, lawyer: Lawyer | None = None, *, by: Account | None = None) -> PoolMember:
        """A young lawyer in the pool."""
        return pool.enter_pool(
            plan=self.pairs,
            lawyer=lawyer or self.lawyer(),
            by=by or self.world.beneficiary_officer,
            at=self.now,
        )

    def county_class(
        self,
        *,
        organiser: Association | None = None,
        title: str = "县域律师示范培训班",
        begins: date | None = None,
        topics: int = 2,
        by: Account | None = None,
    ) -> CountyClass:
        """A class of two days for county lawyers."""
        begins = begins or self.world.day - timedelta(days=7)
        return county_classes.record_county_class(
            plan=self.county,
            organiser=organiser or self.world.guangxi,
            terms=county_classes.ClassTerms(
                kind=CountyClass.Kind.PROVINCIAL,
                title=title,
                held_from=begins,
                held_until=begins + timedelta(days=2),
                place="百色市",
            ),
            topics=list(Topic.objects.order_by("position")[:topics]),
            by=by or self.world.beneficiary_officer,
            at=self.now,
        )

    def send(self, supporter: Association, beneficiary: Association, *, places: int = 5) -> None:
        """Another supporter sends and hosts trainees of a beneficiary, by a document of its own."""
        line = Target.objects.filter(plan=self.plan, beneficiary__isnull=False).order_by("pk")[0]
        line.pk, line.key = None, f"{supporter.code}/{beneficiary.code}"
        line.supporter, line.beneficiary = supporter, beneficiary
        line.save()
        operations.set_places(
            plan=self.plan,
            supporter=supporter,
            host=supporter,
            year=2026,
            places=places,
            basis="京律发2026年3号",
            by=self.world.national_officer,
            at=self.now,
        )


def registers_of(world: World) -> Registers:
    """The registers on the programmes of the documents."""
    return Registers(Office(world))
