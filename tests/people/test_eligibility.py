"""Who counts as a western, a county, a young lawyer. Source: domain.md, "Who is eligible"."""

from datetime import date

import pytest

from qianchang.people import rules
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.queries import lawyer_of
from tests.world import World

DAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("code", "district"),
    [
        ("451002", True),  # 右江区 of 百色市
        ("451026", False),  # 那坡县
        ("451081", False),  # 靖西市, a county-level city
        ("422801", False),  # 恩施市: in an autonomous prefecture the low numbers are county-level cities
        ("429004", False),  # 仙桃市, directly under the province
        ("500101", True),  # 万州区 of Chongqing
        ("XPCC-08", False),
    ],
)
def test_a_municipal_district_is_told_from_a_county_by_its_code(code: str, district: bool) -> None:
    assert rules.is_municipal_district(code) is district


def test_a_firm_in_a_county_practises_in_a_county() -> None:
    line = [("county", "451026"), ("prefecture", "451000"), ("province", "450000")]
    assert rules.county_practice(line, on=DAY, facts=()) == rules.Decision(True, "rule", "451026")


def test_a_firm_in_a_city_or_its_district_does_not() -> None:
    for line in (
        [("prefecture", "451000"), ("province", "450000")],
        [("county", "451002"), ("prefecture", "451000")],
    ):
        assert rules.county_practice(line, on=DAY, facts=()).counts is False


def test_who_is_registered_nowhere_practises_in_no_county() -> None:
    assert rules.county_practice([], on=DAY, facts=()).counts is False


def test_a_district_on_the_list_of_remote_suburbs_counts_while_it_is_on_it() -> None:
    line = [("county", "440114"), ("prefecture", "440100")]
    listed = rules.Designation("remote_suburb", "440114", date(2026, 1, 1), date(2027, 1, 1), "a notice")

    assert rules.county_practice(line, on=DAY, facts=[listed]) == rules.Decision(
        True, "list", "440114", "a notice"
    )
    assert rules.county_practice(line, on=date(2027, 1, 1), facts=[listed]).counts is False


def test_an_officer_s_decision_goes_before_rule_and_lists_while_it_holds() -> None:
    plain = rules.Decision(True, "rule", "451026")
    decided = rules.Override(False, date(2026, 10, 1), date(2026, 11, 1), "minutes of 9-30")

    assert rules.overridden(plain, [decided], on=DAY) == rules.Decision(
        False, "override", source="minutes of 9-30"
    )
    assert rules.overridden(plain, [decided], on=date(2026, 11, 1)) == plain


@pytest.mark.parametrize(("birth_year", "young"), [(1986, True), (1985, False), (2000, True), (None, None)])
def test_young_is_at_most_forty_and_unknown_without_a_birth_year(
    birth_year: int | None, young: bool | None
) -> None:
    assert rules.young(birth_year, on=DAY).counts is young


def test_the_western_list_has_twelve_provinces_and_the_xpcc_and_three_prefectures() -> None:
    kinds = [fact.kind for fact in rules.listed_designations()]
    assert kinds.count("western") == 13
    assert kinds.count("listed_prefecture") == 3
    assert all(fact.source for fact in rules.listed_designations())


def test_a_fact_holds_from_its_first_day_to_before_its_last() -> None:
    fact = rules.Designation("western", "CN-XX", date(2026, 1, 1), date(2026, 7, 1), "a document")
    assert [
        fact.holds(day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_the_snapshot_of_a_young_county_lawyer_of_guangxi(world: World) -> None:
    assert eligibility_snapshot(world.county_lawyer, world.day) == {
        "on": "2026-10-12",
        "association": "CN-GX",
        "firm": world.napo_firm.pk,
        "firm_region": "451026",
        "western": True,
        "county": True,
        "young": True,
        "basis": {
            "western": {"by": "list", "code": "CN-GX", "source": "000_b2c18158d0e34d8f.txt"},
            "county": {"by": "rule", "code": "451026", "source": ""},
            "young": {"by": "rule", "code": "", "source": ""},
        },
    }


def test_a_lawyer_in_guangzhou_is_none_of_it(world: World) -> None:
    snapshot = eligibility_snapshot(world.expert_lawyer, world.day)

    assert (snapshot["western"], snapshot["county"], snapshot["young"]) == (False, False, None)


def test_a_lawyer_of_a_city_association_in_the_west_is_western(world: World) -> None:
    lawyer = world.county_lawyer
    lawyer.association = world.baise

    assert eligibility_snapshot(lawyer, world.day)["western"]


def test_a_firm_in_enshi_is_western_although_hubei_is_not(world: World) -> None:
    hubei = world.association("CN-HB", "湖北省律师协会", None, world.national)
    province = world.region("420000", "湖北省")
    enshi = world.region("422800", "恩施土家族苗族自治州", "prefecture", province)
    city = world.region("422801", "恩施市", "county", enshi)
    firm = world.napo_firm
    firm.region, firm.association = city, hubei
    firm.save()
    lawyer = world.lawyer("14228201610445566", "向清江", firm, account=False)

    snapshot = eligibility_snapshot(lawyer, world.day)

    assert snapshot["basis"]["western"]["code"] == "422800"
    assert snapshot["county"]


def test_the_lawyer_of_an_account_is_found_with_one_query(
    world: World, django_assert_num_queries: object
) -> None:
    account = type(world.county_account).objects.get(pk=world.county_account.pk)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert lawyer_of(account) == world.county_lawyer
        found = lawyer_of(account)
        assert found is not None
        assert found.firm.name
        assert found.association.jurisdiction.code == "national"


def test_an_officer_is_no_lawyer_and_that_is_asked_once(
    world: World, django_assert_num_queries: object
) -> None:
    account = type(world.supporting_officer).objects.get(pk=world.supporting_officer.pk)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert lawyer_of(account) is None
        assert lawyer_of(account) is None
