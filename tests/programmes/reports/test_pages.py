"""The pages of reports: what stands on them, what their buttons do, what they cost."""

import gzip

import pytest
from django.urls import reverse

from programmes.quotas.models import QuotaEntry
from programmes.reports.models import BulletinIssue, MonthlyReturn, ReturnDraft
from qianchang.groundwork.models import AuditEntry
from tests.programmes.factories import Office
from tests.programmes.reports.months import END_OF_NOVEMBER, at, october
from tests.world import World

MONTH = "/office/reports/2026-10/"
YEAR = "/office/reports/2026/"
BULLETIN = "/office/national/bulletin/2026-10/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = {"remarks": "本月两场。", "addressees": "省律协秘书处", "signatories": "制表：梁秘书", "number": "0"}

pytestmark = pytest.mark.usefixtures("november")


@pytest.fixture
def november(clock):
    clock.move_to(at(2026, 11, 3))


def test_preview_and_two_clicks_to_the_word_file(office: Office, world: World, client_for):
    october(office, "一", "二")
    browser = client_for(world.supporting_officer)
    page = browser.get(MONTH)
    assert page.context["page"].figures.matrix.total.month.sessions == 2
    assert "省司法厅律管处" in page.content.decode()
    answer = browser.post(MONTH, {**TEXT, "do": "docx"}, follow=True)
    assert answer["Content-Type"] == WORD
    assert answer.content.startswith(b"PK")
    assert ReturnDraft.objects.get().remarks == "本月两场。"
    assert not MonthlyReturn.objects.exists()


def test_what_was_downloaded_is_what_is_sent(office: Office, world: World, client_for):
    october(office, "一")
    browser = client_for(world.supporting_officer)
    formats = ("docx", "xlsx", "pdf")
    taken = {format: browser.post(MONTH, {**TEXT, "do": format}, follow=True).content for format in formats}
    browser.post(MONTH, {**TEXT, "number": "1", "do": "send"})
    kept = MonthlyReturn.objects.get()
    for format in formats:
        answer = browser.get(reverse("reports:sent", args=[kept.pk, format]))
        assert answer.content == taken[format]
        assert "no-store" in answer["Cache-Control"]


def test_a_sent_file_that_is_gone_from_the_store_is_a_page_that_says_so(
    office: Office, world: World, client_for, settings, tmp_path
):
    october(office, "一")
    browser = client_for(world.supporting_officer)
    browser.post(MONTH, {**TEXT, "do": "send"})
    settings.VAULT_DIR = tmp_path / "empty"
    answer = browser.get(reverse("reports:sent", args=[MonthlyReturn.objects.get().pk, "docx"]))
    assert (answer.status_code, "文件库里没有这个文件" in answer.content.decode()) == (404, True)


def test_an_open_month_is_shown_and_not_sent(office: Office, world: World, client_for):
    office.confirmed(office.lecture("一"), mode="onsite")
    browser = client_for(world.supporting_officer)
    page = browser.get(MONTH).content.decode()
    assert 'id="open-month"' in page
    assert 'id="send"' not in page
    assert browser.post(MONTH, {**TEXT, "do": "docx"}, follow=True)["Content-Type"] == WORD
    browser.post(MONTH, {**TEXT, "number": "1", "do": "send"})
    assert not MonthlyReturn.objects.exists()


def test_last_months_text_stands_in_the_next_return(office: Office, world: World, client_for, clock):
    october(office, "一")
    browser = client_for(world.supporting_officer)
    browser.post(MONTH, {**TEXT, "do": "send"})
    clock.move_to(END_OF_NOVEMBER)
    browser = client_for(world.supporting_officer)
    assert "本月两场。" in browser.get("/office/reports/2026-11/").content.decode()


def test_a_month_without_sessions_says_so_with_the_text_ready(office: Office, world: World, client_for):
    october(office)
    page = client_for(world.supporting_officer).get(MONTH).content.decode()
    assert 'id="nothing-counted"' in page
    assert "<textarea" in page


def test_a_form_without_addressee_says_what_to_change(office: Office, world: World, client_for):
    october(office)
    answer = client_for(world.supporting_officer).post(MONTH, {**TEXT, "addressees": "", "do": "docx"})
    assert answer.status_code == 200
    assert 'id="error-summary"' in answer.content.decode()
    assert not ReturnDraft.objects.exists()


def test_the_bulletin_lists_who_has_not_reported_and_is_issued_with_notices(
    office: Office, world: World, client_for
):
    october(office, "一")
    browser = client_for(world.national_officer)
    page = browser.get(BULLETIN)
    assert "广东省律师协会" in page.content.decode().split('id="not-reported"')[1][:2000]
    assert browser.get(reverse("reports:bulletin_draft", args=["2026-10", "docx"]))["Content-Type"] == WORD
    browser.post(BULLETIN)
    issue = BulletinIssue.objects.get()
    seen = client_for(world.supporting_officer).get(BULLETIN).content.decode()
    assert reverse("reports:bulletin_issue", args=[issue.pk, "docx"]) in seen
    assert 'id="issue"' not in seen
    (told,) = world.supporting_officer.notices.filter(event="bulletin_published")
    assert told.link == f"{BULLETIN}?programme={office.plan.programme.code}"
    assert client_for(world.supporting_officer).get(told.link).status_code == 200


def test_every_report_of_the_year_comes_as_a_file(office: Office, world: World, client_for):
    october(office, "一")
    browser = client_for(world.supporting_officer)
    page = browser.get(YEAR)
    assert [key for key, *_rest in page.context["kinds"]] == [
        "plan",
        "progress",
        "december",
        "trainees",
        "vehicles",
        "recognition",
    ]
    for key, _title, rows in page.context["kinds"]:
        assert not rows or browser.get(rows).status_code == 200
        answer = browser.get(reverse("reports:year_file", args=[2026, "CN-GD:supporter", key, "xlsx"]))
        assert answer.status_code == 200
        assert answer.content.startswith(b"PK")


@pytest.mark.parametrize("path", [MONTH, YEAR])
def test_another_associations_returns_are_not_there(office: Office, world: World, client_for, path: str):
    october(office, "一")
    assert client_for(world.supporting_officer).get(f"{path}?of=CN-GX:beneficiary").status_code == 404
    assert client_for(world.supporting_officer).get(f"{path}?of=CN-BJ:supporter").status_code == 404
    assert client_for(world.beneficiary_officer).get(f"{path}?of=CN-GD:supporter").status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "2026-00"])
def test_a_month_that_is_none_is_not_there(office: Office, world: World, client_for, month: str):
    assert client_for(world.supporting_officer).get(f"/office/reports/{month}/").status_code == 404
    assert client_for(world.national_officer).get(f"/office/national/bulletin/{month}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "who", "most"),
    [(MONTH, "supporting_officer", 40), (YEAR, "supporting_officer", 30), (BULLETIN, "national_officer", 25)],
)
def test_a_page_asks_no_more_for_more_rows_and_stays_small(
    office: Office, world: World, client_for, django_assert_max_num_queries, path: str, who: str, most: int
):
    october(office, *"一二三四五六")
    browser = client_for(getattr(world, who))
    with django_assert_max_num_queries(most):
        answer = browser.get(path)
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content)) <= 12 * 1024


def test_whoever_takes_a_years_evidence_away_stands_in_the_audit_log(
    office: Office, world: World, client_for
):
    october(office, "一")
    address = reverse("reports:evidence", args=[2026, "CN-GD:supporter"])
    assert client_for(world.supporting_officer).get(address)["Content-Type"] == "application/zip"
    said = AuditEntry.objects.get(verb="exported")
    assert said.actor_id == world.supporting_officer.pk
    assert said.object_key == "evidence pack"
    assert (said.details["association"], said.details["year"]) == ("CN-GD", 2026)


def test_a_file_that_is_not_as_it_was_handed_in_is_said_on_the_page(office: Office, world: World, client_for):
    october(office, "一")
    QuotaEntry.objects.get().session.evidence.create(
        kind="photo",
        sha256="0" * 64,
        size_bytes=6,
        content_type="image/jpeg",
        uploaded_by=world.supporting_officer,
        uploaded_at=world.now,
    )
    address = reverse("reports:evidence", args=[2026, "CN-GD:supporter"])
    page = client_for(world.supporting_officer).get(address, follow=True)
    assert page.redirect_chain
    assert "0" * 12 in page.content.decode()
