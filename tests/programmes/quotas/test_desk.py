"""The pages of the association desk."""

import json
import re
from collections.abc import Callable
from html import unescape
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from programmes.quotas.board import board
from programmes.quotas.models import Decision, MonthClose, QuotaEntry
from qianchang.people.models import Account
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_OCTOBER
from tests.world import World

SignIn = Callable[[Account], Client]
BOARD = "/office/quota/BQQ-2012/2026/"
pytestmark = pytest.mark.usefixtures("clock")


def session_url(code: str, act: str = "session") -> str:
    return reverse(f"quotas:{act}", args=[code])


def test_officers_take_a_session_from_the_form_to_the_board(
    office: Office, world: World, client_for: SignIn, clock: time_machine.Traveller
):
    lecture = office.lecture()
    guangdong, guangxi = client_for(world.supporting_officer), client_for(world.beneficiary_officer)
    form = {
        "lecture": lecture.pk,
        "mode": "network_video",
        "beneficiary": "CN-GX",
        "date": "2026-10-12",
        "place": "",
    }
    made = guangdong.post("/office/sessions/new/", form)
    assert made.status_code == 302
    page = made["Location"]
    assert 'id="hold"' in guangdong.get(page).content.decode()

    assert guangdong.post(page + "hold/", follow=True).context["page"].row.state == "scheduled"
    office.reached(lecture, world.county_lawyer)
    assert guangdong.post(page + "hold/", follow=True).context["page"].row.state == "held"
    assert 'id="confirm"' not in guangdong.get(page).content.decode()

    assert 'id="confirm"' in guangxi.get(page).content.decode()
    assert guangxi.post(page + "confirm/", follow=True).context["page"].row.state == "confirmed"

    close = "/office/close/BQQ-2012/2026-10/"
    assert 'id="close-month"' not in guangdong.get(close).content.decode()
    clock.move_to(END_OF_OCTOBER)
    guangdong = client_for(world.supporting_officer)  # a desk ends after twelve hours
    assert 'id="close-month"' in guangdong.get(close).content.decode()
    assert guangdong.post(close, follow=True).context["month"].posted[0].quantity == 1
    assert guangdong.get(page).context["page"].row.state == "counted"

    figures = guangdong.get("/api/v1/quotas/?programme=BQQ-2012&association=CN-GD&year=2026").json()
    assert figures["over_the_years"]["counted"] == 1
    assert figures["over_the_years"]["goal"]["quantity"] == 120
    by_region = {region["code"]: region["over_the_years"] for region in figures["regions"]}
    assert (by_region["CN-GX"]["counted"], by_region["CN-GX"]["goal"]["quantity"]) == (1, 100)
    assert (by_region["CN-YN"]["counted"], by_region["CN-YN"]["goal"]["quantity"]) == (0, 20)
    shown = guangdong.get(BOARD).content.decode()
    assert "/ 100" in shown
    assert "/ 120" in shown


def test_the_board_goes_on_to_the_return_of_its_association_and_programme(
    office: Office, world: World, client_for: SignIn
):
    guangdong = client_for(world.supporting_officer)
    page = guangdong.get(BOARD).content.decode()
    (link,) = re.findall(r'href="(/office/reports/2026-\d\d/[^"]*)">2026', page)
    assert link.endswith("/?programme=BQQ-2012&amp;of=CN-GD:supporter")
    assert guangdong.get(unescape(link)).context["page"].whose.key == "CN-GD:supporter"


def test_the_one_who_entered_a_session_reads_why_they_cannot_confirm_it(
    office: Office, world: World, client_for: SignIn
):
    fact = office.held(by=world.beneficiary_officer)
    client = client_for(world.beneficiary_officer)
    assert 'id="why-not-confirm"' in client.get(session_url(fact.code)).content.decode()
    answer = client.post(session_url(fact.code, "session_confirm"), follow=True)
    assert answer.status_code == 200
    assert len(list(answer.context["messages"])) == 1
    assert not Decision.objects.exists()


def test_a_session_is_returned_with_its_reason_on_the_page(office: Office, world: World, client_for: SignIn):
    fact = office.held()
    client = client_for(world.beneficiary_officer)
    answer = client.post(session_url(fact.code, "session_return"), {"reason": "签到表看不清"}, follow=True)
    assert "签到表看不清" in answer.content.decode()
    assert answer.context["page"].row.state == "returned"
    todo = client_for(world.supporting_officer).get("/office/").content.decode()
    assert "签到表看不清" in todo


def test_a_form_with_nothing_filled_in_says_what_is_missing(office: Office, world: World, client_for: SignIn):
    office.lecture()
    answer = client_for(world.supporting_officer).post("/office/sessions/new/", {"mode": "onsite"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) >= {"lecture", "beneficiary", "date"}


def test_a_form_that_the_schedule_refuses_says_why(office: Office, world: World, client_for: SignIn):
    lecture = office.lecture()
    form = {
        "lecture": lecture.pk,
        "mode": "onsite",
        "beneficiary": "CN-GX",
        "date": "2026-10-12",
        "place": "",
    }
    answer = client_for(world.supporting_officer).post("/office/sessions/new/", form)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


# --- who sees what -----------------------------------------------------------------------------------------


def test_guangxi_sees_its_own_sessions_only(office: Office, world: World, client_for: SignIn):
    lecture = office.lecture(to=[world.guangxi, world.yunnan])
    ours = office.scheduled(lecture, mode="onsite")
    theirs = office.scheduled(lecture, mode="onsite", beneficiary=world.yunnan, place="昆明")
    guangxi = client_for(world.beneficiary_officer)
    listed = guangxi.get("/office/sessions/").content.decode()
    assert ours.code in listed
    assert theirs.code not in listed
    assert guangxi.get(session_url(theirs.code)).status_code == 404
    assert guangxi.post(session_url(theirs.code, "session_return"), {"reason": "x"}).status_code == 404
    assert client_for(world.yunnan_officer).get(session_url(ours.code)).status_code == 404
    shown = guangxi.get(BOARD).context["board"]
    assert shown.own_only
    assert [region.code for region in shown.regions] == ["CN-GX"]
    assert shown.over_the_years.scheduled == 1


def test_guangdong_sees_what_it_gives(office: Office, world: World, client_for: SignIn):
    lecture = office.lecture(to=[world.guangxi, world.yunnan])
    codes = [
        office.scheduled(lecture, mode="onsite").code,
        office.scheduled(lecture, mode="onsite", beneficiary=world.yunnan, place="昆明").code,
    ]
    listed = client_for(world.supporting_officer).get("/office/sessions/").content.decode()
    assert all(code in listed for code in codes)


def test_an_officer_of_another_supporter_sees_nothing_of_it(office: Office, world: World, client_for: SignIn):
    fact = office.scheduled(mode="onsite")
    beijing = world.association("CN-BJ", "北京市律师协会", None, world.national)
    client = client_for(world.grant(world.account("bj", "北京专员"), "supporting_officer", beijing))
    assert client.get(session_url(fact.code)).status_code == 404
    assert fact.code not in client.get("/office/sessions/").content.decode()
    assert client.get(BOARD).status_code == 404
    assert client.get("/office/close/BQQ-2012/2026-10/?association=CN-GD").status_code == 404
    assert client.get("/api/v1/quotas/?programme=BQQ-2012&association=CN-GD&year=2026").status_code == 404


@pytest.mark.parametrize("path", ["/office/", "/office/sessions/", "/office/sessions/new/"])
def test_a_lawyer_has_no_desk(office: Office, world: World, client_for: SignIn, path: str):
    assert client_for(world.county_account).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/office/", BOARD, "/office/sessions/", "/office/close/BQQ-2012/2026-10/"])
def test_a_guest_signs_in_first(office: Office, client: Client, path: str):
    assert client.get(path)["Location"].startswith("/account/login/")


def test_the_administrator_looks_but_neither_confirms_nor_closes(
    office: Office, world: World, client_for: SignIn, clock: time_machine.Traveller
):
    fact = office.held()
    client = client_for(world.administrator)
    page = client.get(session_url(fact.code)).content.decode()
    assert not any(f'id="{button}"' in page for button in ("hold", "confirm"))
    assert client.post(session_url(fact.code, "session_confirm")).status_code == 403
    clock.move_to(END_OF_OCTOBER)
    client = client_for(world.administrator)
    close = "/office/close/BQQ-2012/2026-10/?association=CN-GD"
    assert 'id="close-month"' not in client.get(close).content.decode()
    assert client.post(close).status_code == 403
    assert not Decision.objects.exists()
    assert not MonthClose.objects.exists()


def test_there_is_no_such_thing(office: Office, world: World, client_for: SignIn):
    client = client_for(world.supporting_officer)
    for path in (
        "/office/quota/NO-SUCH/2026/",
        "/office/quota/EW-2023/2026/",
        "/office/sessions/桂26-X-9999/",
        "/office/close/BQQ-2012/oktober/",
        "/office/close/BQQ-2012/2026-13/",
        "/office/quota/BQQ-2012/2026/?association=CN-BJ",
    ):
        assert client.get(path).status_code == 404, path


# --- the board ---------------------------------------------------------------------------------------------


def test_every_number_of_the_board_opens_to_as_many_rows(office: Office, world: World, client_for: SignIn):
    lecture = office.lecture(to=[world.guangxi, world.yunnan])
    office.scheduled(lecture, mode="onsite", beneficiary=world.yunnan, place="昆明")
    office.held(office.lecture("二"), mode="onsite")
    office.confirmed(office.lecture("三"), mode="onsite")
    office.confirmed()
    office.close("2026-10", at=END_OF_OCTOBER)
    client = client_for(world.supporting_officer)
    shown = client.get(BOARD).context["board"]
    gauges = [
        shown.this_year,
        shown.over_the_years,
        *(cell for row in shown.modes for cell in (*row.cells, row.total)),
        *(gauge for region in shown.regions for gauge in (region.this_year, region.over_the_years)),
    ]
    assert shown.this_year.counted == 2
    for gauge in gauges:
        for behind, number in (
            (gauge.behind_counted, gauge.counted),
            (gauge.behind_held, gauge.held_or_returned),
            (gauge.behind_confirmed, gauge.confirmed),
            (gauge.behind_scheduled, gauge.scheduled),
        ):
            assert client.get(f"/office/sessions/?{behind}").context["page"].paginator.count == number, behind


def test_the_board_names_the_strength_of_every_number(office: Office, world: World, client_for: SignIn):
    page = client_for(world.supporting_officer).get(BOARD).content.decode()
    for words in ("平均每年举办40场", "其中拟10场为现场授课", "其中广西100场，云南20场"):
        assert words in page


def test_the_board_takes_5_queries_whatever_the_rows(
    office: Office, world: World, django_assert_max_num_queries
):
    lecture = office.lecture(to=[world.guangxi, world.yunnan])
    for day in range(1, 13):
        office.scheduled(lecture, mode="onsite", on=world.day.replace(day=day))
    office.confirmed()
    with django_assert_max_num_queries(5):
        shown = board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day)
    assert shown.this_year.scheduled == 12
    assert len(shown.not_counted) == 13


@pytest.mark.parametrize(
    ("path", "most"),
    [(BOARD, 20), ("/office/sessions/", 20), ("/office/", 36), ("/office/close/BQQ-2012/2026-10/", 22)],
)
def test_a_page_asks_no_more_for_more_rows(
    office: Office, world: World, client_for: SignIn, django_assert_max_num_queries, path: str, most: int
):
    lecture = office.lecture()
    for day in range(1, 11):
        office.held(lecture, mode="onsite", on=world.day.replace(day=day))
    client = client_for(world.supporting_officer)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_the_report_prints_strengths_sources_and_counts(office: Office):
    office.confirmed()
    office.close("2026-10", at=END_OF_OCTOBER)
    said = StringIO()
    call_command(
        "quota_report", "--programme", "BQQ-2012", "--association", "CN-GD", "--format", "json", stdout=said
    )
    report = json.loads(said.getvalue())
    sessions = next(plan for plan in report["plans"] if plan["plan"] == "QC")
    by_key = {target["key"]: target for target in sessions["targets"]}
    assert sessions["counted"] == 1
    assert (by_key["QC/CN-GD/*/*/*"]["quantity"], by_key["QC/CN-GD/*/*/*"]["counted"]) == (120, 1)
    assert by_key["QC/CN-GD/CN-GX/*/*"]["counted"] == 1
    assert by_key["QC/CN-GD/CN-YN/*/*"]["counted"] == 0
    assert by_key["QC/CN-GD/*/each/*"]["counted_by_year"] == {"2026": 1}
    assert all(target["strength"] and target["source"] and target["quote"] for target in sessions["targets"])
    assert all(plan["contradictions"] == [] for plan in report["plans"])
    assert QuotaEntry.objects.count() == 1


@pytest.mark.parametrize("year", [0, 1999, 2100, 9999, 10**30])
def test_a_year_that_no_plan_can_have_has_no_board(
    office: Office, world: World, client_for: SignIn, year: int
):
    browser = client_for(world.supporting_officer)

    assert browser.get(f"/office/quota/BQQ-2012/{year}/").status_code == 404
    assert browser.get(f"/api/v1/quotas/?programme=BQQ-2012&year={year}").status_code == 404


def test_a_null_character_in_a_reason_is_dropped(office: Office, world: World, client_for: SignIn):
    """PostgreSQL takes none, so the page would fail."""
    fact = office.held()
    browser = client_for(world.beneficiary_officer)

    assert (
        browser.post(session_url(fact.code, "session_return"), {"reason": "缺签到\x00表"}).status_code == 302
    )

    assert Decision.objects.get().reason == "缺签到表"


@pytest.mark.parametrize("day", ["0001-01-01", "0999-05-05", "9999-12-31"])
def test_a_session_of_another_age_is_not_scheduled(
    office: Office, world: World, client_for: SignIn, day: str
):
    form = {
        "lecture": office.lecture().pk,
        "mode": "onsite",
        "beneficiary": "CN-GX",
        "date": day,
        "place": "百色",
    }

    refused = client_for(world.supporting_officer).post("/office/sessions/new/", form)

    assert refused.status_code == 422
    assert "date" in refused.context["form"].errors
