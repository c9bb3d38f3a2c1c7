"""Pairs of lawyers as officers of either side enter and end them, and who left the pool."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from programmes.placements import pool
from programmes.placements.forms import LawyerPairForm
from qianchang.groundwork.models import AuditEntry
from qianchang.people.facts import record_pairing
from qianchang.people.models import Lawyer, Pairing
from tests.programmes.placements.factories import Registers
from tests.programmes.placements.test_pages import PAIRS, POOL, Desk, cells, desk, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
assert desk  # the fixture of the neighbour


def said(helps: Lawyer, helped: Lawyer, **other: Any) -> dict[str, Any]:
    return {
        "kind": "strong_with_weak",
        "supporting_number": helps.licence_number,
        "supporting_name": helps.name,
        "beneficiary_number": helped.licence_number,
        "beneficiary_name": helped.name,
        "valid_from": "2026-10-12",
        "source": "结对方案",
        **other,
    }


@pytest.fixture
def two(registers: Registers) -> tuple[Lawyer, Lawyer]:
    """陈嘉敏 of Guangdong and 韦晓岚 of Guangxi."""
    return registers.world.expert_lawyer, registers.world.county_lawyer


def names(client: Client, **query: str) -> list[tuple[str, str]]:
    lines = client.get(PAIRS, query).context["lines"]
    return [(line.supporting, line.beneficiary) for line in lines]


class TestPairsOfLawyers:
    @pytest.mark.parametrize("who", ["supporting_officer", "beneficiary_officer"])
    def test_either_side_enters_them_and_each_reads_its_own_name(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer], who: str
    ) -> None:
        world = registers.world
        client = desk(getattr(world, who))
        assert client.post(PAIRS, said(*two)).status_code == 302
        assert client.post(PAIRS, said(*two)).status_code == 302
        assert Pairing.objects.get().programme_code == "EW-2023"
        assert AuditEntry.objects.filter(verb="recorded", object_type="pairing").count() == 1
        helps, helped = two
        hidden_helps, hidden_helped = (f"{each.name[0]}*{each.name[-1]}" for each in two)
        assert names(desk(world.supporting_officer), of="lawyers") == [(helps.name, hidden_helped)]
        assert names(desk(world.beneficiary_officer), of="lawyers") == [(hidden_helps, helped.name)]
        assert names(desk(world.national_officer), of="lawyers") == [(hidden_helps, hidden_helped)]
        assert names(desk(world.yunnan_officer), of="lawyers") == []

    def test_a_number_without_its_name_answers_to_nobody(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer]
    ) -> None:
        client = desk(registers.world.beneficiary_officer)
        page = client.post(PAIRS, said(*two, supporting_name="王五"))
        unknown = client.post(PAIRS, said(*two, supporting_number="1" * 17))
        sentence = "名册里没有"
        assert (page.status_code, unknown.status_code) == (422, 422)
        assert sentence in text(page)
        assert sentence in text(unknown)
        assert not Pairing.objects.exists()

    def test_nobody_pairs_two_of_others(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer]
    ) -> None:
        page = desk(registers.world.yunnan_officer).post(PAIRS, said(*two))
        assert page.status_code == 422
        assert "两人都不是" in text(page)
        # 梁秘书 gives, and receives nobody: Guangdong's lawyer is not helped by her pen.
        turned = desk(registers.world.supporting_officer).post(PAIRS, said(*reversed(two)))
        assert turned.status_code == 422
        assert not Pairing.objects.exists()

    def test_one_and_the_same_is_no_pair(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer]
    ) -> None:
        page = desk(registers.world.beneficiary_officer).post(PAIRS, said(two[1], two[1]))
        assert page.status_code == 422
        assert not Pairing.objects.exists()

    def test_it_is_ended_by_its_sides_and_stays_in_the_register(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer]
    ) -> None:
        world = registers.world
        b = desk(world.beneficiary_officer)
        b.post(PAIRS, said(*two))
        pair, until = Pairing.objects.get(), world.day + timedelta(days=30)
        assert desk(world.yunnan_officer).post(f"{PAIRS}{pair.pk}/end/", {"until": until}).status_code == 404
        b.post(f"{PAIRS}{pair.pk}/end/", {"until": "x"})
        pair.refresh_from_db()
        assert pair.valid_until is None
        assert 'name="until"' in text(b.get(PAIRS, {"of": "lawyers"}))
        s = desk(world.supporting_officer)
        assert s.post(f"{PAIRS}{pair.pk}/end/", {"until": until}).status_code == 302
        pair.refresh_from_db()
        assert pair.valid_until == until
        assert 'name="until"' not in text(b.get(PAIRS, {"of": "lawyers"}))
        assert len(names(b, of="lawyers")) == 1

    def test_each_sort_has_its_list(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer]
    ) -> None:
        world = registers.world
        how = {"valid_from": world.day, "source": "方案", "by": world.national_officer, "at": registers.now}
        for sides in ((world.guangdong, world.guangxi), (world.guangzhou_firm, world.napo_firm), two):
            record_pairing(kind="strong_with_weak", supporting=sides[0], beneficiary=sides[1], **how)
        client = desk(world.national_officer)
        found = {of: names(client, of=of) for of in ("associations", "firms", "lawyers", "none")}
        assert found["associations"] == [(world.guangdong.name, world.guangxi.name)]
        assert found["firms"] == [(world.guangzhou_firm.name, world.napo_firm.name)]
        assert len(found["lawyers"]) == 1
        assert len(found["none"]) == 3
        assert 'id="pair-lawyers"' not in text(client.get(PAIRS))

    def test_the_list_asks_no_more_for_more_rows(
        self, desk: Desk, registers: Registers, two: tuple[Lawyer, Lawyer], django_assert_max_num_queries: Any
    ) -> None:
        world = registers.world
        for _each in range(5):
            record_pairing(
                kind="strong_with_weak",
                supporting=two[0],
                beneficiary=registers.lawyer(),
                valid_from=world.day,
                source="方案",
                by=world.national_officer,
                at=registers.now,
            )
        client = desk(world.supporting_officer)
        with django_assert_max_num_queries(10):
            assert len(client.get(PAIRS).context["lines"]) == 5

    def test_the_form_says_what_is_missing(self) -> None:
        form = LawyerPairForm({})
        assert not form.is_valid()
        assert set(form.errors) == set(form.fields)


class TestWhoLeft:
    def test_they_stand_on_a_page_of_their_own_and_in_its_file(
        self, desk: Desk, registers: Registers
    ) -> None:
        world = registers.world
        member, stays = registers.member(world.county_lawyer), registers.member(registers.lawyer())
        pool.leave_pool(
            member=member,
            until=world.day + timedelta(days=1),
            reason="转出广西",
            by=world.beneficiary_officer,
            at=registers.now,
        )
        b = desk(world.beneficiary_officer)
        here, gone = text(b.get(POOL)), text(b.get(POOL, {"left": 1}))
        assert (member.name in here, stays.name in here) == (False, True)
        assert (member.name in gone, stays.name in gone) == (True, False)
        assert "转出广西" in gone
        assert (world.day + timedelta(days=1)).isoformat() in gone
        assert "转出广西" not in text(desk(world.national_officer).get(POOL, {"left": 1}))
        assert member.name not in text(desk(world.yunnan_officer).get(POOL, {"left": 1}))
        whole, ended = (cells(b.get(f"{POOL}file/{query}").content) for query in ("", "?left=1"))
        assert ("2026-10-13" in whole, "2026-10-13" in ended) == (False, True)
