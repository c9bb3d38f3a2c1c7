"""The monthly return: what stands in it, who writes over whom, and versions that never change."""

import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from docx import Document

from programmes.quotas import operations as quotas
from programmes.reports import operations, returns
from programmes.reports.files import render
from programmes.reports.models import MonthlyReturn, ReturnDraft, Side
from programmes.reports.operations import UnableToSave, UnableToSend
from programmes.reports.papers import digest
from qianchang.groundwork import vault
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from qianchang.people.models import Account
from tests.programmes.factories import Office
from tests.programmes.reports.months import END_OF_NOVEMBER, END_OF_OCTOBER, at, october
from tests.world import World


def figures(
    office: Office, month: str = "2026-10", side: Side = Side.SUPPORTER, as_of: datetime | None = None
):
    association = office.world.guangdong if side is Side.SUPPORTER else office.world.guangxi
    stands = as_of or returns.stands_for(office.plan, association, side, month)
    assert stands is not None
    return returns.figures(office.plan, association=association, side=side, month=month, as_of=stands)


def save(
    office: Office,
    remarks: str = "本月到百色讲课两场。",
    *,
    number: int = 0,
    by: Account | None = None,
    side: Side = Side.SUPPORTER,
) -> ReturnDraft:
    return operations.save_draft(
        plan=office.plan,
        association=office.world.guangdong if side is Side.SUPPORTER else office.world.guangxi,
        side=side,
        month="2026-10",
        remarks=remarks,
        addressees="省司法厅律管处\n省律协秘书处",
        signatories="制表：梁秘书",
        number=number,
        by=by or office.world.supporting_officer,
        at=at(2026, 11, 2),
    )


def send(
    office: Office,
    *,
    number: int = 1,
    when: datetime | None = None,
    by: Account | None = None,
    side: Side = Side.SUPPORTER,
) -> operations.Sent:
    return operations.send_return(
        plan=office.plan,
        association=office.world.guangdong if side is Side.SUPPORTER else office.world.guangxi,
        side=side,
        month="2026-10",
        number=number,
        by=by or office.world.supporting_officer,
        at=when or at(2026, 11, 2),
    )


# --- what stands in it --------------------------------------------------------------------------------------


def test_month_and_running_total_by_region_and_mode(office: Office):
    october(office, "一", "二")
    office.confirmed(office.lecture("三"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.close("2026-11", at=END_OF_NOVEMBER)
    made = figures(office, "2026-11").matrix
    guangxi, yunnan = made.places
    assert (guangxi.month.sessions, guangxi.so_far.sessions) == (1, 3)
    assert (yunnan.month.sessions, yunnan.so_far.sessions) == (0, 0)
    assert [(row.modes, row.so_far.sessions, row.goal and row.goal.quantity) for row in made.buckets] == [
        (("onsite",), 3, 10),
        (("network_video", "dvd"), 0, 30),
    ]
    assert made.total.goal is not None
    assert (made.total.goal.quantity, made.total.goal.strength, made.total.missing) == (40, "average", 37)


def test_what_was_held_and_is_not_counted_is_listed_with_its_state(office: Office, world: World):
    waiting = office.held(office.lecture("等"), mode="onsite")
    sent_back = office.held(office.lecture("退"), mode="onsite")
    quotas.return_session(session=sent_back, reason="缺签到表", by=world.beneficiary_officer, at=world.now)
    october(office, "一")
    made = figures(office)
    assert {(each.code, each.state.value) for each in made.pending} == {
        (waiting.code, "held"),
        (sent_back.code, "returned"),
    }
    quotas.confirm_session(session=waiting, by=world.beneficiary_officer, at=at(2026, 11, 5))
    assert figures(office).pending == made.pending


def test_a_beneficiary_reports_what_it_was_given(office: Office):
    october(office, "一", "二")
    made = figures(office, side=Side.BENEFICIARY, as_of=at(2026, 11, 2))
    assert [(row.place_code, row.so_far.sessions) for row in made.matrix.places] == [("CN-GD", 2)]


def test_octobers_return_made_in_march_is_the_same_file(office: Office, world: World):
    office.held(office.lecture("等"), mode="onsite")
    october(office, "一")
    save(office)
    kept = send(office).version
    office.confirmed(office.lecture("三"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.close("2026-11", at=END_OF_NOVEMBER)
    paper = returns.again(MonthlyReturn.objects.get(pk=kept.pk))
    assert {format: digest(render(paper, format=format)) for format in kept.files} == kept.files
    assert vault.read(kept.files["docx"]).startswith(b"PK")


# --- the files ----------------------------------------------------------------------------------------------


def test_the_word_file_is_a4_editable_with_numbered_pages_and_without_pictures(office: Office):
    october(office, "一")
    save(office)
    word = vault.read(send(office).version.files["docx"])
    document = Document(io.BytesIO(word))
    page = document.sections[0]
    assert page.page_width is not None
    assert page.page_height is not None
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert "PAGE" in page.footer.paragraphs[0]._p.xml
    names = zipfile.ZipFile(io.BytesIO(word)).namelist()
    assert not [name for name in names if "media/" in name]
    assert (
        'w:altName w:val="FangSong"' in zipfile.ZipFile(io.BytesIO(word)).read("word/fontTable.xml").decode()
    )
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "省司法厅律管处、省律协秘书处" in said
    assert "本月到百色讲课两场。" in said


def test_a_title_that_looks_like_a_formula_stays_text_in_excel(office: Office):
    october(office, "=HYPERLINK(A1)")
    save(office)
    book = zipfile.ZipFile(io.BytesIO(vault.read(send(office).version.files["xlsx"])))
    sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert "=HYPERLINK(A1)" in book.read("xl/sharedStrings.xml").decode()


# --- writing ------------------------------------------------------------------------------------------------


def test_of_two_officers_who_write_at_once_one_wins_and_the_other_is_told(office: Office, world: World):
    october(office)
    first = save(office, "甲")
    save(office, "乙", number=first.number, by=world.second_supporting_officer)
    with pytest.raises(UnableToSave, match=str(world.second_supporting_officer)):
        save(office, "丙", number=first.number)
    assert ReturnDraft.objects.get().remarks == "乙"


def test_the_same_text_again_changes_nothing(office: Office):
    october(office)
    save(office, "甲")
    assert save(office, "甲").number == 1
    assert AuditEntry.objects.filter(verb="saved return").count() == 1


def test_a_return_goes_to_somebody(office: Office, world: World):
    with pytest.raises(UnableToSave):
        operations.save_draft(
            plan=office.plan,
            association=world.guangdong,
            side=Side.SUPPORTER,
            month="2026-10",
            remarks="",
            addressees=" \n ",
            signatories="",
            number=0,
            by=world.supporting_officer,
            at=world.now,
        )
    assert not ReturnDraft.objects.exists()


# --- sending ------------------------------------------------------------------------------------------------


def test_a_month_that_is_not_posted_is_not_sent(office: Office):
    save(office)
    with pytest.raises(UnableToSend, match="2026"):
        send(office)
    assert not MonthlyReturn.objects.exists()


def test_sending_twice_sends_once_and_a_correction_is_version_two(office: Office):
    october(office, "一")
    save(office, "甲")
    first = send(office)
    assert (first.version.version, first.again) == (1, False)
    assert send(office, when=at(2026, 11, 3)).again
    save(office, "更正", number=1)
    second = send(office, number=2, when=at(2026, 11, 4))
    assert (second.version.version, second.again) == (2, False)
    assert [each.remarks for each in MonthlyReturn.objects.order_by("version")] == ["甲", "更正"]
    assert second.version.rows_digest == first.version.rows_digest


def test_whoever_sends_a_text_that_a_colleague_changed_is_told(office: Office, world: World):
    october(office, "一")
    save(office, "甲")
    save(office, "乙", number=1, by=world.second_supporting_officer)
    with pytest.raises(UnableToSend):
        send(office, number=1)
    assert not MonthlyReturn.objects.exists()


def test_a_sent_version_never_changes(office: Office):
    october(office, "一")
    save(office)
    kept = send(office).version
    kept.remarks = "改"
    with pytest.raises(AppendOnlyError):
        kept.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        MonthlyReturn.objects.filter(pk=kept.pk).update(remarks="改")
    assert MonthlyReturn.objects.get().remarks == "本月到百色讲课两场。"


def test_a_beneficiary_sends_after_the_month_and_again_only_what_moved(office: Office, world: World):
    october(office, "一")
    officer = world.beneficiary_officer
    save(office, by=officer, side=Side.BENEFICIARY)
    with pytest.raises(UnableToSend):
        send(office, by=officer, side=Side.BENEFICIARY, when=END_OF_OCTOBER)
    first = send(office, by=officer, side=Side.BENEFICIARY)
    assert send(office, by=officer, side=Side.BENEFICIARY, when=at(2026, 11, 8)).again
    paper = returns.again(first.version)
    assert digest(render(paper, format="docx")) == first.version.files["docx"]


@pytest.mark.parametrize(
    "who", ["national_officer", "administrator", "yunnan_officer", "beneficiary_officer"]
)
def test_who_does_not_send_guangdongs_return(office: Office, world: World, who: str):
    october(office, "一")
    save(office)
    with pytest.raises(PermissionDenied):
        send(office, by=getattr(world, who))
    with pytest.raises(PermissionDenied):
        save(office, "乙", number=1, by=getattr(world, who))
