"""What the documents say of the registers: the sums tie, every figure has its words, loading again changes nothing."""

import copy
from collections import Counter
from decimal import Decimal

import pytest

from programmes import api
from programmes.placements import facts_file, operations, queries
from programmes.placements.models import DonorShare, Figure, HostShare, Topic
from programmes.placements.refusals import UnableToLoadRegisterFacts, UnableToSetPlaces
from programmes.plans import counts, targets
from programmes.plans import facts_file as plan_facts
from programmes.plans.models import Plan, Target
from qianchang.groundwork.models import AuditEntry
from tests.programmes.placements.factories import Registers

FACTS = facts_file.read()


class TestTheFile:
    def test_eighty_five_places_a_year_by_host(self) -> None:
        places = [row["places"] for row in FACTS["host_shares"]]
        assert places == [20, 20, 12, 10, 6, 6, 6, 5]
        assert sum(places) == 85

    def test_twenty_five_vehicles_by_year_and_by_donor(self) -> None:
        by_year: Counter[int] = Counter()
        by_donor: Counter[str] = Counter()
        for row in FACTS["donor_shares"]:
            by_year[row["year"]] += row["quantity"]
            by_donor[row["donor"]] += row["quantity"]
        assert by_year == {2013: 9, 2014: 8, 2015: 8}
        assert sorted(by_donor.values()) == [1, 3, 3, 6, 6, 6]
        assert by_donor.total() == 25

    def test_the_shares_are_those_of_the_targets(self) -> None:
        stated = {
            (each["plan"], each["year"]): each["quantity"]
            for each in plan_facts.read()["allocations"]
            if each["plan"] == "BSBC" and isinstance(each["year"], int)
        }
        promised = facts_file.promised_by_year(FACTS)
        assert {(plan, year): total for (plan, _who, year), total in promised.items()} == stated

    def test_four_topics_of_management_and_ten_of_practice(self) -> None:
        kinds = Counter(row["kind"] for row in FACTS["topics"])
        assert kinds == {"management": 4, "business": 10}
        assert [row["position"] for row in FACTS["topics"]] == list(range(1, 15))

    def test_the_single_figures(self) -> None:
        assert {(row["plan"], row["key"]): row["value"] for row in FACTS["figures"]} == {
            ("QR", "class_days"): 5,
            ("QR", "firm_days"): 20,
            ("QR", "stipend_cny"): 2000,
            ("BSBC", "least_value_cny"): 50000,
            ("EW-2023", "association_pairs"): 13,
            ("EW-2023", "young_lawyers"): 1000,
            ("EW-2023", "young_age"): 40,
        }

    @pytest.mark.parametrize("kind", ["host_shares", "donor_shares", "figures", "topics"])
    def test_every_row_has_its_document_and_its_words(self, kind: str) -> None:
        files = {source["file"] for source in plan_facts.read()["sources"]}
        assert {row["source"] for row in FACTS[kind]} <= files
        assert all(row["quote"] for row in FACTS[kind])


@pytest.mark.django_db
class TestLoading:
    def test_it_enters_everything_once(self, registers: Registers) -> None:
        assert (HostShare.objects.count(), DonorShare.objects.count()) == (8, 16)
        assert (Figure.objects.count(), Topic.objects.count()) == (7, 14)
        before = AuditEntry.objects.count()

        again = operations.load_register_facts(at=registers.now)

        assert (again.entered, again.changed) == (0, 0)
        assert again.counts == {"host shares": 8, "donor shares": 16, "figures": 7, "topics": 14}
        assert AuditEntry.objects.count() == before

    def test_the_door_of_the_room_loads_programmes_and_registers(self, db: None, world) -> None:
        first, again = api.load_facts(at=world.now), api.load_facts(at=world.now)

        assert first.counts["plans"] == again.counts["plans"] > 0
        assert first.counts["host shares"] == 8
        assert first.entered >= 45
        assert (again.entered, again.changed) == (0, 0)

    def test_shares_that_do_not_tie_are_refused(self, registers: Registers) -> None:
        facts = copy.deepcopy(dict(FACTS))
        facts["donor_shares"][0]["quantity"] += 1

        with pytest.raises(UnableToLoadRegisterFacts, match=r"10.*9"):
            operations.load_register_facts(facts=facts, at=registers.now)
        assert DonorShare.objects.get(donor__code="CN-GD", year=2013).quantity == 2

    def test_a_number_that_the_national_office_changed_does_not_stop_the_loading(
        self, registers: Registers
    ) -> None:
        nine = Target.objects.get(plan__code="BSBC", year=2013)
        Target.objects.filter(plan__code="BSBC", year=None, beneficiary=None).update(quantity=27)
        targets.change_target(
            target=nine,
            quantity=11,
            strength=nine.strength,
            quote="2013年增加两辆",
            seen=nine.revision,
            by=registers.world.national_officer,
            at=registers.now,
        )

        again = operations.load_register_facts(at=registers.now)

        assert (again.entered, again.changed) == (0, 0)

    def test_without_the_programmes_nothing_is_loaded(self, db: None, world) -> None:
        with pytest.raises(UnableToLoadRegisterFacts, match="QR"):
            operations.load_register_facts(at=world.now)


@pytest.mark.django_db
class TestReports:
    def test_hosts_of_guangdong(self, registers: Registers) -> None:
        rows = queries.trainees_by_host(registers.plan, supporter=registers.world.guangdong)

        assert [row.places for row in rows] == [20, 20, 12, 10, 6, 6, 6, 5]
        assert {row.year for row in rows} == {None}
        assert all("广州、深圳各负责20人" in row.quote and row.source.startswith("000") for row in rows)

    def test_a_year_of_its_own_goes_before_every_year(self, registers: Registers) -> None:
        registers.send(registers.world.guangdong, registers.world.yunnan, places=3)
        of = {"supporter": registers.world.guangdong}
        whole = {row.host_code: row.places for row in queries.trainees_by_host(registers.plan, **of)}
        year = {
            row.host_code: row.places for row in queries.trainees_by_host(registers.plan, **of, year=2026)
        }
        other = {
            row.host_code: row.places for row in queries.trainees_by_host(registers.plan, **of, year=2025)
        }

        assert whole["CN-GD"] == year["CN-GD"] == 3
        assert "CN-GD" not in other
        assert year["CN-GD-440100"] == other["CN-GD-440100"] == 20

    def test_trainees_and_money_of_a_host(self, registers: Registers) -> None:
        # Given one who is through and paid, one who is through, one accepted and one refused.
        registers.paid(registers.finished())
        registers.finished()
        registers.accepted()
        registers.nominated(host=registers.shenzhen)

        rows = queries.trainees_by_host(registers.plan, supporter=registers.world.guangdong)
        guangzhou, shenzhen = rows[0], rows[1]

        assert (guangzhou.nominated, guangzhou.accepted, guangzhou.finished) == (3, 1, 2)
        assert (guangzhou.stipend_due_cny, guangzhou.stipend_paid_cny) == (Decimal(4000), Decimal(2000))
        assert (shenzhen.nominated, shenzhen.finished, shenzhen.stipend_due_cny) == (1, 0, Decimal(0))

    def test_vehicles_by_year_and_donor(self, registers: Registers) -> None:
        registers.verified(year=2013)
        registers.delivered(year=2013)
        registers.offered(year=2013)
        registers.verified(year=2016)
        registers.verified(kind="computers", value="4000", quantity=8)

        rows = queries.vehicles_by_year_and_donor(registers.vehicles, supporter=registers.world.guangdong)
        found = {(row.year, row.donor_code): row for row in rows}

        assert sum(row.promised for row in rows) == 25
        here = found[2013, "CN-GD-440100"]
        assert (here.promised, here.given, here.verified, here.value_cny) == (2, 2, 1, Decimal(68000))
        beyond = found[2016, "CN-GD-440100"]
        assert (beyond.promised, beyond.verified, beyond.quote) == (0, 1, "")
        assert len(rows) == 17

    def test_targets_are_counted_by_the_registers(self, registers: Registers) -> None:
        registers.finished()
        registers.accepted()
        registers.verified(year=2014)

        def counted(plan: str, **which: object) -> int | None:
            return queries.counted(Target.objects.select_related("plan").get(plan__code=plan, **which))

        whole = {"beneficiary__isnull": True, "year__isnull": True, "each_year": False}
        assert counted("QR", **whole) == 1
        assert counted("QR", beneficiary__code="CN-GX") == 1
        assert counted("QR", beneficiary__code="CN-YN") == 0
        assert counted("BSBC", **whole) == 1
        assert counted("BSBC", year=2014) == 1
        assert counted("BSBC", year=2013) == 0
        assert counted("QC", **whole) is None
        each = Target.objects.select_related("plan").get(plan__code="QR", each_year=True)
        assert queries.counted(each) is None
        assert queries.counted_by_year(each) == {2026: 1}

    def test_the_pages_of_the_plans_are_told_what_the_registers_count(self, registers: Registers) -> None:
        world = registers.world
        registers.finished()
        registers.accepted()
        registers.verified(year=2014)
        registers.verified(kind="computers", value="4000", quantity=8)

        def counted(plan: Plan) -> counts.Counted | None:
            return counts.counted(plan, supporter=world.guangdong)

        assert counted(registers.plan) == {(2026, world.guangxi.pk): 1}
        assert counted(registers.vehicles) == {(2014, world.guangxi.pk): 1}
        assert counted(registers.pairs) is None


@pytest.mark.django_db
class TestPlaces:
    def set(self, registers: Registers, **changed: object) -> HostShare:
        said = {
            "plan": registers.plan,
            "supporter": registers.world.guangdong,
            "host": registers.guangzhou,
            "year": 2026,
            "places": 7,
            "basis": "粤律发2026年1号",
            "by": registers.world.supporting_officer,
            "at": registers.now,
        }
        return operations.set_places(**{**said, **changed})  # type: ignore[arg-type]

    def test_a_year_is_set_and_set_again(self, registers: Registers) -> None:
        assert self.set(registers).pk == self.set(registers).pk
        assert self.set(registers, places=9).places == 9
        assert AuditEntry.objects.filter(verb="set places").count() == 2

    def test_not_below_those_who_have_a_place(self, registers: Registers) -> None:
        registers.accepted()
        registers.accepted()
        with pytest.raises(UnableToSetPlaces):
            self.set(registers, places=1)
        assert self.set(registers, places=2).places == 2

    @pytest.mark.parametrize("changed", [{"basis": " "}, {"year": 26}])
    def test_it_says_what_it_rests_on_and_which_year(self, registers: Registers, changed: dict) -> None:
        with pytest.raises(UnableToSetPlaces):
            self.set(registers, **changed)

    def test_a_host_belongs_to_its_supporter(self, registers: Registers) -> None:
        with pytest.raises(UnableToSetPlaces):
            self.set(registers, host=registers.world.yunnan)
