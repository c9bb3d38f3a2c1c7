"""What each kind of row becomes: every kind of fault once, and what is repaired by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.roster.generated import HEADING as GENERATED_HEADING
from benchmarks.roster.generated import KINDS, roster
from qianchang.groundwork.figures import Figure
from qianchang.people.rosters import cells
from qianchang.people.rosters.columns import Field, find_heading, samples
from qianchang.people.rosters.faults import Kind
from qianchang.people.rosters.places import Place, Places, Verdict, short
from qianchang.people.rosters.rules import (
    KnownFirm,
    KnownLawyer,
    Outcome,
    Raw,
    Roster,
    check,
    differs_by_a_slip,
)
from tests.world import full_width

TODAY = date(2026, 10, 12)
WEI = "14510201811223344"
NAPO = KnownFirm(1, "广西边城律师事务所", "451026")
PLACES = Places.of(
    [
        Place("450000", "广西壮族自治区", "province", ()),
        Place("451000", "百色市", "prefecture", ("450000",)),
        Place("451026", "那坡县", "county", ("451000", "450000")),
        Place("451081", "靖西市", "county", ("451000", "450000")),
        Place("450100", "南宁市", "prefecture", ("450000",)),
        Place("450102", "城区", "county", ("450100", "450000")),
        Place("451003", "城区", "county", ("451000", "450000")),
        Place("450329", "龙胜各族自治县", "county", ("450000",)),
        Place("530000", "云南省", "province", ()),
        Place("530581", "腾冲市", "county", ("530000",)),
    ],
    scope=["450000"],
)
GOOD = {
    "licence_number": WEI,
    "name": "韦晓岚",
    "firm": "广西边城律师事务所",
    "county": "那坡县",
    "phone": "13812345678",
    "email": "wei@example.org",
    "birth_year": "1992",
    "registered_on": "2018-03-01",
}


def known(**more: object) -> Roster:
    usual: dict[str, object] = {"lawyers": {}, "elsewhere": frozenset(), "firms": [NAPO], "places": PLACES}
    return Roster(today=TODAY, stands_on=TODAY, **(usual | more))  # type: ignore[arg-type]


def one(roster: Roster | None = None, **changed: str):
    raw = Raw(5, GOOD | changed, all=list((GOOD | changed).values()))
    (answer,) = check([raw], roster or known())
    return answer


FAULTS = [
    ("licence_number", "", Kind.LICENCE_MISSING, ""),
    ("licence_number", "1451020181122334", Kind.LICENCE_SHORT, ""),
    ("licence_number", "145102018112233440", Kind.LICENCE_LONG, ""),
    ("licence_number", "145102O1811223344", Kind.LICENCE_LETTERS, "14510201811223344"),
    ("licence_number", "l45l0201811223344", Kind.LICENCE_LETTERS, "14510201811223344"),
    ("licence_number", "1.45E+16", Kind.LICENCE_SCIENTIFIC, ""),
    ("licence_number", Figure(WEI), Kind.LICENCE_FIGURE, ""),
    ("licence_number", WEI + ".0", Kind.LICENCE_FIGURE, ""),
    ("licence_number", "14510****23344", Kind.LICENCE_MASKED, ""),
    ("licence_number", "1451020181122334#", Kind.LICENCE_SIGNS, ""),
    ("licence_number", "45102619920304123X", Kind.IDENTITY_CARD, ""),
    ("name", "", Kind.NAME_MISSING, ""),
    ("name", "韦晓岚2", Kind.NAME_DIGITS, "韦晓岚"),
    ("name", "待定", Kind.NAME_PLACEHOLDER, ""),
    ("name", "韦晓岚（实习）", Kind.NAME_WITH_NOTE, "韦晓岚"),
    ("name", "韦" * 61, Kind.NAME_LONG, ""),
    ("firm", "无", Kind.FIRM_MISSING, ""),
    ("firm", "所" * 121, Kind.FIRM_LONG, ""),
    ("firm", "广西边诚律师事务所", Kind.FIRM_NEARLY, "广西边城律师事务所"),
    ("county", "靖西市", Kind.FIRM_ELSEWHERE, "那坡县"),
    ("county", "那波县", Kind.COUNTY_UNKNOWN, "那坡县"),
    ("county", "百色市那波县", Kind.COUNTY_UNKNOWN, "那坡县"),
    ("county", "城区", Kind.COUNTY_SEVERAL, ""),
    ("county", "腾冲市", Kind.COUNTY_ELSEWHERE, ""),
    ("phone", "138123456789", Kind.PHONE_LENGTH, ""),
    ("phone", "1381234567", Kind.PHONE_LENGTH, ""),
    ("phone", "1381234567O", Kind.PHONE_LETTERS, "13812345670"),
    ("phone", "13812345678/13912345678", Kind.PHONE_SEVERAL, "13812345678"),
    ("email", "wei#example.org", Kind.EMAIL_MALFORMED, "wei@example.org"),
    ("email", "wei", Kind.EMAIL_MALFORMED, ""),
    ("birth_year", "92", Kind.BIRTH_TWO_DIGITS, "1992"),
    ("birth_year", "2024", Kind.BIRTH_ABSURD, ""),
    ("birth_year", "不记得了", Kind.BIRTH_MALFORMED, ""),
    ("registered_on", "2019-13-45", Kind.DATE_MALFORMED, ""),
    ("registered_on", "去年", Kind.DATE_MALFORMED, ""),
    ("registered_on", "2027-01-01", Kind.DATE_FUTURE, ""),
]


@pytest.mark.parametrize(("field", "value", "kind", "proposal"), FAULTS)
def test_each_mistake_has_its_kind_its_value_and_perhaps_a_proposal(field, value, kind, proposal):
    answer = one(**{field: value})

    assert answer.outcome is Outcome.FAULTY
    assert (answer.fault.kind, answer.fault.field, answer.fault.proposal) == (kind, field, proposal)
    assert answer.fault.value == ("" if kind is Kind.IDENTITY_CARD else value[:200])


def test_a_proposal_when_taken_mends_the_row():
    for field, value, kind, proposal in FAULTS:
        if proposal:
            assert one(**{field: proposal}).fault is None, (kind, value)


REPAIRS = [
    ("licence_number", full_width(WEI), WEI),
    ("licence_number", "1451 0201 8112 23344", WEI),
    ("licence_number", f"'{WEI}", WEI),
    ("licence_number", "14510-2018-1122-3344", WEI),
    ("name", "韦 晓 岚", "韦晓岚"),
    ("name", " 韦晓岚 ", "韦晓岚"),
    ("name", "买买提‧艾力", "买买提·艾力"),
    ("firm", "广西边城(百色)律师事务所", "广西边城（百色）律师事务所"),
    ("phone", "138 1234 5678", "13812345678"),
    ("phone", "+86 138-1234-5678", "13812345678"),
    ("phone", "1.3812345678E+10", "13812345678"),
    ("phone", "0776-2345678", "07762345678"),
    ("email", "wei\uff20example.org", "wei@example.org"),
    ("birth_year", "1992-03-04", "1992"),
    ("birth_year", "1992年3月", "1992"),
    ("birth_year", "19920304", "1992"),
    ("registered_on", "2018/3/1", "2018-03-01"),
    ("registered_on", "2018.3", "2018-03-01"),
    ("registered_on", "43160", "2018-03-01"),
]


@pytest.mark.parametrize(("field", "value", "read"), REPAIRS)
def test_what_is_cosmetic_is_repaired_and_shown(field, value, read):
    answer = one(**{field: value})

    assert answer.fault is None
    assert answer.values[field] == read
    assert answer.repairs == {field: value}


@pytest.mark.parametrize("value", ["", "-", "无", "/"])
def test_what_nobody_wrote_is_empty_and_no_mistake(value):
    answer = one(phone=value, email=value, birth_year=value, registered_on=value, county=value)
    assert answer.fault is None
    assert {answer.values[field] for field in ("phone", "email", "birth_year", "registered_on")} == {""}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["", "合计", "", "3000人"], Kind.ROW_TOTAL),
        (["总 计：3000"], Kind.ROW_TOTAL),
        (["注：以上名单由各市律协报送"], Kind.ROW_NOTE),
        (["填表人：周工", "审核：李处"], Kind.ROW_NOTE),
        (["序号", "姓名", "执业证号", "律师事务所"], Kind.ROW_HEADING),
    ],
)
def test_rows_that_are_no_lawyers_are_called_what_they_are(row, kind):
    named = dict(zip(("running", "name", "licence_number", "firm"), row, strict=False))
    (answer,) = check([Raw(9, named, all=row)], known())
    assert answer.fault.kind is kind


def test_a_row_that_lost_columns_and_one_that_gained_some():
    short_row = Raw(3, {"name": "韦晓岚"}, all=["1", "韦晓岚"], width=7)
    long_row = Raw(4, GOOD, all=["x"] * 9, width=7)
    kinds = [answer.fault.kind for answer in check([short_row, long_row], known()) if answer.fault]
    assert kinds == [Kind.ROW_SHORT, Kind.ROW_LONG]


def test_of_the_same_number_the_first_row_stands():
    first, second = Raw(7, GOOD), Raw(9, GOOD | {"name": "韦小岚"})
    stands, refused = check([first, second], known())
    assert stands.outcome is Outcome.NEW
    assert (refused.fault.kind, refused.fault.about) == (Kind.LICENCE_TWICE, {"row": 7})


def test_a_number_of_another_association_says_nothing_about_whom():
    answer = one(known(elsewhere=frozenset({WEI})))
    assert answer.fault.kind is Kind.LICENCE_ELSEWHERE
    assert answer.fault.about == {}
    assert answer.fault.proposal == ""


def test_against_the_roster():
    lawyer = KnownLawyer("韦晓岚", NAPO, "13812345678", "wei@example.org", "1992")
    assert one(known(lawyers={WEI: lawyer})).outcome is Outcome.SAME
    assert one(known(lawyers={WEI: lawyer}), phone="13912345678").changes == {
        "phone": ("13812345678", "13912345678")
    }
    assert one(known(lawyers={WEI: lawyer}), phone="").outcome is Outcome.SAME
    assert one(known(lawyers={WEI: lawyer}), name="李四").fault.kind is Kind.NAME_DIFFERS
    moved = one(known(lawyers={WEI: lawyer}), firm="广西新月律师事务所", county="靖西市")
    assert moved.changes == {"firm": ("广西边城律师事务所", "广西新月律师事务所")}
    assert (moved.firm, moved.region) == (None, "451081")


def test_whoever_left_comes_back_and_a_later_change_stands():
    left = KnownLawyer(
        "韦晓岚", NAPO, "13812345678", "wei@example.org", "1992", since=date(2020, 1, 1), left=True
    )
    assert one(known(lawyers={WEI: left})).changes == {"firm": ("", "广西边城律师事务所")}
    later = KnownLawyer("韦晓岚", NAPO, since=TODAY)
    answer = one(known(lawyers={WEI: later}), firm="广西新月律师事务所", county="靖西市")
    assert answer.fault.kind is Kind.REGISTERED_LATER


def test_a_new_firm_needs_a_county_and_the_file_may_not_put_it_in_two():
    firm = "广西新月律师事务所"
    assert one(firm=firm, county="").fault.kind is Kind.COUNTY_MISSING
    rows = [
        Raw(3, GOOD | {"firm": firm, "county": "靖西市"}),
        Raw(4, GOOD | {"firm": firm, "county": "那坡县", "licence_number": "14510200910556677"}),
        Raw(5, GOOD | {"firm": firm, "county": "", "licence_number": "14510200910556678"}),
    ]
    first, second, third = check(rows, known())
    assert first.outcome is Outcome.NEW
    assert (second.fault.kind, second.fault.proposal) == (Kind.FIRM_TWO_COUNTIES, "靖西市")
    assert third.region == "451081"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("那坡县", "451026"),
        ("那坡", "451026"),
        ("百色市那坡县", "451026"),
        ("广西百色那坡", "451026"),
        ("广西壮族自治区百色市那坡县", "451026"),
        ("百色市-那坡县", "451026"),
        ("451026", "451026"),
        ("百色", "451000"),
        ("龙胜", "450329"),
        ("百色市城区", "451003"),
    ],
)
def test_a_county_is_found_however_it_is_written(name, code):
    assert PLACES.named(name).place.code == code


def test_only_places_of_the_own_association_are_proposed():
    assert PLACES.named("藤冲市").verdict is Verdict.UNKNOWN
    assert "腾冲市" not in PLACES.named("藤冲市").names


def test_short_names_never_become_one_character():
    assert [short(name) for name in ("那坡县", "龙胜各族自治县", "赣县", "雨花区")] == [
        "那坡",
        "龙胜",
        "赣县",
        "雨花",
    ]


def test_a_slip_is_one_character():
    assert differs_by_a_slip("广西边城律师事务所", "广西边诚律师事务所")
    assert differs_by_a_slip("广西边城律师事务所", "广西边城律师务所")
    assert not differs_by_a_slip("广西边城律师事务所", "广西新月律师事务所")
    assert not differs_by_a_slip("广西边城律师事务所", "广西边城 律师事务所")


@given(st.text(max_size=40))
def test_no_cell_breaks_a_reader(text):
    for read in cells.readers(TODAY).values():
        value, fault = read(text)
        assert isinstance(value, str)
        assert fault is None or fault.kind in Kind


@given(st.lists(st.dictionaries(st.sampled_from(list(GOOD)), st.text(max_size=20), max_size=8), max_size=12))
def test_every_row_gets_exactly_one_answer(rows):
    raws = [Raw(number, row, all=list(row.values())) for number, row in enumerate(rows, start=2)]
    answers = list(check(raws, known()))
    assert [answer.number for answer in answers] == [raw.number for raw in raws]
    assert all((answer.fault is not None) == (answer.outcome is Outcome.FAULTY) for answer in answers)


def test_the_benchmark_s_mistakes_are_found_as_the_kinds_they_are():
    """3,000 rows with every kind of mistake twice: each one is found, and none besides."""
    made = roster(3000, faulty=2 * len(KINDS), counties=["那坡县", "靖西市"])
    assert len(KINDS) >= 20
    heading = find_heading([(1, GENERATED_HEADING)])
    raws = [
        Raw(number, {field.value: row[index] for field, index in heading.columns.items()}, all=row)
        for number, row in enumerate(made.rows, start=2)
    ]
    found: dict[str, int] = {}
    for answer in check(raws, known()):
        if answer.fault:
            found[answer.fault.kind] = found.get(answer.fault.kind, 0) + 1
    assert found == made.faults


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        (["姓名", "执业证号", "律师事务所"], {Field.NAME: 0, Field.LICENCE_NUMBER: 1, Field.FIRM: 2}),
        (
            ["律师姓名", "执业证号码(17位)", "执业机构"],
            {Field.NAME: 0, Field.LICENCE_NUMBER: 1, Field.FIRM: 2},
        ),
        (["序号", "姓 名*", "县（市、区）", "联系电话"], {Field.NAME: 1, Field.COUNTY: 2, Field.PHONE: 3}),
        (["Name", "Licence number", "Firm"], {Field.NAME: 0, Field.LICENCE_NUMBER: 1, Field.FIRM: 2}),
    ],
)
def test_the_heading_is_found_below_titles_and_under_many_names(heading, columns):
    rows = [(1, ["2026 年律师名册"]), (3, ["填报单位：广西律协"]), (4, heading), (5, ["1"] * len(heading))]
    found = find_heading(rows)
    assert (found.row, dict(found.columns)) == (4, columns)


def test_without_a_heading_columns_are_guessed_by_what_stands_in_them():
    rows = [
        (number, ["韦晓岚", f"1451020181122{number:04d}", "广西边城律师事务所"]) for number in range(1, 9)
    ]
    found = find_heading(rows)
    assert found.row is None
    assert dict(found.columns) == {Field.NAME: 0, Field.LICENCE_NUMBER: 1, Field.FIRM: 2}
    assert samples(rows, found, 1)[:2] == ["14510201811220001", "14510201811220002"]
