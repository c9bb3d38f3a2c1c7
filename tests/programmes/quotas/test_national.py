"""全国对比: every association beside each other."""

import gzip
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from programmes.quotas.board import board
from programmes.quotas.national import Side, comparison, month_due
from programmes.reports import operations as reports
from programmes.reports.models import MonthlyReturn
from qianchang.people.models import Association, Notice
from tests.programmes.factories import Office
from tests.programmes.quotas.test_board import YEAR_2026, adopted
from tests.programmes.quotas.test_counting import END_OF_OCTOBER, at
from tests.world import World

OCTOBER_31 = date(2026, 10, 31)


def line_of(found, code: str):
    return next(line for line in found.lines if line.association.code == code)


def test_every_supporter_of_the_programme_has_a_line_and_no_number_is_made_up(office: Office, world: World):
    found = comparison(office.plan, year=2026, as_of=OCTOBER_31)
    assert len(found.lines) == 14
    guangdong, beijing = line_of(found, "CN-GD"), line_of(found, "CN-BJ")
    assert (guangdong.goal.quantity, guangdong.whole.quantity) == (40, 120)
    assert (beijing.goal, beijing.rate, beijing.ahead, beijing.behind) == (None, None, None, 0)
    assert (found.promised, found.due_by_now) == (40, 33)


def test_counted_pace_and_modes(office: Office, world: World):
    office.confirmed(mode="onsite")
    office.confirmed()
    office.held(office.lecture("二"), mode="onsite")
    office.close("2026-10", at=END_OF_OCTOBER)
    line = line_of(comparison(office.plan, year=2026, as_of=OCTOBER_31), "CN-GD")
    assert (line.counted, line.onsite, line.other, line.held) == (2, 1, 1, 1)
    assert (line.rate, line.due_by_now, line.ahead, line.behind) == (5, 33, -31, 31)
    assert (line.closed, line.sent) == (OCTOBER_31, None)
    assert line_of(comparison(office.plan, year=2027, as_of=OCTOBER_31), "CN-GD").counted == 0


def test_the_number_and_the_pace_are_those_of_the_board(office: Office, world: World):
    adopted(office, YEAR_2026 | {(2026, "CN-YN", "onsite"): 4})
    line = line_of(comparison(office.plan, year=2026, as_of=OCTOBER_31), "CN-GD")
    shown = board(office.plan, supporter=world.guangdong, year=2026, as_of=OCTOBER_31)
    assert (line.goal, line.due_by_now, line.behind) == (shown.this_year.goal, shown.due_by_now, shown.lag)
    assert (line.goal.quantity, line.goal.strength) == (40, "average")


def test_a_region_without_a_number_of_its_own_has_the_planned_one(office: Office):
    adopted(office, YEAR_2026)
    found = comparison(office.plan, year=2026, as_of=OCTOBER_31, side=Side.BENEFICIARY)
    assert line_of(found, "CN-GX").goal.strength == "planned"


def test_the_same_by_region(office: Office, world: World):
    adopted(office, YEAR_2026)
    office.confirmed(mode="onsite")
    office.close("2026-10", at=END_OF_OCTOBER)
    found = comparison(office.plan, year=2026, as_of=OCTOBER_31, side=Side.BENEFICIARY)
    guangxi = line_of(found, "CN-GX")
    assert (guangxi.counted, guangxi.goal.quantity, guangxi.whole.quantity) == (1, 33, 100)
    assert found.counted == comparison(office.plan, year=2026, as_of=OCTOBER_31).counted == 1


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 10, 31), "2026-10"),
        (date(2026, 10, 30), "2026-09"),
        (date(2026, 11, 1), "2026-10"),
        (date(2027, 1, 1), "2026-12"),
    ],
)
def test_a_month_is_due_on_its_last_day(day: date, month: str):
    assert month_due(day) == month


def test_a_later_close_closed_the_month_before_as_well(office: Office, world: World):
    office.close("2026-11", at=at(2026, 11, 30))
    found = comparison(office.plan, year=2026, as_of=date(2026, 11, 1))
    assert (found.month, line_of(found, "CN-GD").closed) == ("2026-10", date(2026, 11, 30))
    assert (found.sent, len(found.not_sent)) == (0, 14)


def test_a_return_that_was_sent_is_its_state_and_not_the_close(
    office: Office, world: World, settings, tmp_path
):
    settings.VAULT_DIR = tmp_path / "vault"
    office.confirmed(mode="onsite")
    office.close("2026-10", at=END_OF_OCTOBER)
    send_return(office, "2026-10", at=at(2026, 11, 2))
    found = comparison(office.plan, year=2026, as_of=date(2026, 11, 3))
    assert (found.month, line_of(found, "CN-GD").sent) == ("2026-10", date(2026, 11, 2))
    assert (found.sent, len(found.not_sent)) == (1, 13)
    # Of a month that was only closed with a later one, nothing was sent.
    before = comparison(office.plan, year=2026, as_of=date(2026, 10, 30))
    assert (before.month, line_of(before, "CN-GD").sent) == ("2026-09", None)
    assert line_of(before, "CN-GD").closed == OCTOBER_31


def send_return(office: Office, month: str, *, at: datetime) -> None:
    """Guangdong's officer writes and sends the return of a month."""
    of_month = {
        "plan": office.plan,
        "association": office.world.guangdong,
        "side": MonthlyReturn.Side.SUPPORTER,
        "month": month,
        "by": office.world.supporting_officer,
        "at": at,
    }
    reports.save_draft(**of_month, remarks="", addressees="省律协秘书处", signatories="", number=0)
    reports.send_return(**of_month, number=1)


def test_it_takes_five_queries_whatever_there_is(office: Office, world: World, django_assert_num_queries):
    lecture = office.lecture()
    for day in range(1, 9):
        office.scheduled(lecture, mode="onsite", on=date(2026, 10, day))
    with django_assert_num_queries(5):
        found = comparison(office.plan, year=2026, as_of=OCTOBER_31)
    assert line_of(found, "CN-GD").scheduled == 8
    with django_assert_num_queries(4):
        comparison(office.plan, year=2026, as_of=OCTOBER_31, side=Side.BENEFICIARY)


@pytest.mark.usefixtures("clock")
class TestPage:
    PAGE = "/office/national/"

    def codes(self, answer) -> list[str]:
        return [line.association.code for line in answer.context["lines"]]

    def test_it_is_sorted_by_any_column_and_what_has_no_number_comes_last(self, office, world, client_for):
        office.confirmed(mode="onsite")
        client = client_for(world.national_officer)
        by_name = self.codes(client.get(self.PAGE, {"sort": "name"}))
        assert by_name == sorted(by_name)
        for sort in ("rate", "pace", "counted", "all", "onsite", "other", "return", "nonsense"):
            answer = client.get(self.PAGE, {"sort": sort})
            assert sorted(self.codes(answer)) == by_name
        assert self.codes(client.get(self.PAGE, {"sort": "rate"}))[0] == "CN-GD"
        assert self.codes(client.get(self.PAGE, {"sort": "rate", "order": "up"}))[0] == "CN-GD"

    def test_an_association_opens_its_board_and_a_region_its_sessions(self, office, world, client_for):
        client = client_for(world.national_officer)
        assert "/office/quota/BQQ-2012/2026/?association=CN-GD" in client.get(self.PAGE).content.decode()
        by_region = client.get(self.PAGE, {"side": "beneficiary"}).content.decode()
        assert "beneficiary=CN-GX" in by_region

    def test_its_bulletin_is_of_the_same_programme(self, office, world, client_for):
        client = client_for(world.national_officer)
        link = "/office/national/bulletin/2026-09/?programme=BQQ-2012"
        assert link in client.get(self.PAGE).content.decode()
        assert client.get(link).status_code == 200

    def test_an_association_is_reminded_in_two_clicks_once_a_day(self, office, world, client_for):
        assert world.supporting_officer
        client = client_for(world.national_officer)
        link = "/office/national/remind/CN-GD/?programme=BQQ-2012"
        assert link in client.get(self.PAGE).content.decode()
        assert 'id="send"' in client.get(link).content.decode()
        sent = client.post(link, follow=True)
        assert "已向广东" in sent.content.decode()
        assert "今天已经向广东" in client.post(link, follow=True).content.decode()
        (told,) = Notice.objects.filter(event="return_asked")
        assert (told.account, told.words["month"]) == (world.supporting_officer, "2026-09")
        assert "close/BQQ-2012/2026-09" in told.link

    def test_one_that_posted_the_month_is_asked_for_the_return_itself(
        self, office, world, client_for, clock, settings, tmp_path
    ):
        settings.VAULT_DIR = tmp_path / "vault"
        assert world.supporting_officer
        office.close("2026-09", at=world.now)
        client = client_for(world.national_officer)
        row = client.get(self.PAGE).content.decode()
        assert "已结账，未报送" in row
        link = "/office/national/remind/CN-GD/?programme=BQQ-2012"
        assert "已经结账" in client.get(link).content.decode()
        client.post(link)
        told = Notice.objects.get(event="return_asked")
        assert "/office/reports/2026-09/" in told.link
        assert client_for(world.supporting_officer).get(told.link).status_code == 200

        clock.shift(60)
        send_return(office, "2026-09", at=world.later(seconds=60))
        sent = client.get(self.PAGE)
        assert (sent.context["shown"].sent, "已结账，未报送" in sent.content.decode()) == (1, False)
        assert 'id="send"' not in client.get(link).content.decode()

    def test_one_without_officers_is_said_to_have_none(self, office, world, client_for):
        page = client_for(world.national_officer).get("/office/national/remind/CN-BJ/").content.decode()
        assert 'id="send"' not in page

    def test_an_administrator_looks_and_does_not_remind(self, office, world, client_for):
        page = client_for(world.administrator).get(self.PAGE).content.decode()
        assert "national/remind" not in page
        assert client_for(world.supporting_officer).get(self.PAGE).status_code == 403

    def test_the_same_as_an_excel_file(self, office, world, client_for):
        Association.objects.filter(code="CN-BJ").update(name_zh="=1+1", region=None)
        answer = client_for(world.national_officer).get(self.PAGE, {"format": "xlsx"})
        sheet = load_workbook(BytesIO(answer.content)).active
        rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
        assert len(rows) == 15
        assert rows["CN-GD"][3] == 40
        assert rows["CN-BJ"][1] in ("'=1+1", "=1+1")
        assert sheet.cell(row=2, column=2).data_type != "f"

    def test_bytes_and_queries_of_the_page(self, office, world, client_for, django_assert_max_num_queries):
        client = client_for(world.national_officer)
        with django_assert_max_num_queries(14):
            page = client.get(self.PAGE)
        assert len(gzip.compress(page.content)) <= 12 * 1024
        assert b"style=" not in page.content
        assert client.get(self.PAGE, {"year": "1999"}).status_code == 404
        assert client.get(self.PAGE, {"programme": "NONE"}).status_code == 404
