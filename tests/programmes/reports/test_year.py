"""The reports of a year: its plan, progress, recognition, the evidence pack, and whether all of it can be made again."""

import hashlib
import io
import json
import zipfile
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.schedule.models import TrainingSession
from courses.sheets.models import Sheet
from programmes.placements.operations import load_register_facts
from programmes.plans.breakdowns import adopt_plan, propose_plan
from programmes.quotas.models import QuotaEntry, SessionTarget
from programmes.reports import evidence_pack, operations, recognition, year_papers
from programmes.reports.models import MonthlyReturn, Side
from programmes.reports.papers import Paper, Table
from qianchang.groundwork import vault
from tests.programmes.factories import Office
from tests.programmes.reports.months import at, october, reversed_by_two
from tests.world import World

NOW = at(2026, 11, 3)


def table_of(paper: Paper, heading: str) -> Table:
    return next(section.table for section in paper.sections if section.heading == heading and section.table)


def words_of(paper: Paper) -> str:
    return "\n".join(words for section in paper.sections for words in section.paragraphs)


def adopt(office: Office) -> None:
    """Guangdong adopts what the planner proposes for 2026 to 2028."""
    breakdown = propose_plan(
        plan=office.plan,
        supporter=office.world.guangdong,
        first=2026,
        count=3,
        by=office.world.supporting_officer,
        at=office.world.now,
    )
    adopt_plan(breakdown=breakdown, seen=0, by=office.world.supporting_officer, at=office.world.now)


def test_the_plan_of_a_year_is_the_adopted_cells_and_the_documents_numbers(office: Office, world: World):
    before = year_papers.year_plan(office.plan, association=world.guangdong, year=2026, at=NOW)
    assert before.sections[0].table is None
    adopt(office)
    paper = year_papers.year_plan(office.plan, association=world.guangdong, year=2026, at=NOW)
    cells = paper.sections[0].table
    assert cells is not None
    assert cells.rows[-1][2] == 40
    assert sum(int(row[2]) for row in cells.rows[:-1]) == 40
    stated = paper.sections[1].table
    assert stated is not None
    assert [row[3] for row in stated.rows if row[0] == "广西"] == [100]
    assert all(row[7] for row in stated.rows)


def test_progress_shows_every_year_so_far_and_what_is_carried_over(office: Office, world: World):
    adopt(office)
    october(office, "一", "二")
    paper = year_papers.progress(
        office.plan, association=world.guangdong, side=Side.SUPPORTER, year=2027, at=NOW
    )
    *years, carried = [section.table for section in paper.sections]
    assert len(years) == 2
    assert carried is not None
    assert carried.rows == ((2026, 40, 0, 40, 2, 38, 0), (2027, 40, 38, 78, 0, 78, 0))


def test_the_return_of_december_has_the_vehicles_by_donor_and_year(office: Office, world: World):
    load_register_facts(at=world.now)
    paper = year_papers.december(office.plan, association=world.guangdong, year=2026, at=NOW)
    vehicles = paper.sections[0].table
    assert vehicles is not None
    assert vehicles.rows[-1][2] == 25
    assert "25" in words_of(paper)


# --- recognition --------------------------------------------------------------------------------------------


def test_contributions_are_what_was_counted_and_not_taken_back(office: Office, world: World):
    october(office, "一", "二", "三")
    reversed_by_two(office, QuotaEntry.objects.order_by("pk")[0], when=at(2026, 11, 2))
    made = recognition.contributions(office.plan, year=2026, at=NOW, association=world.guangdong)
    assert [(each.name, each.sums.sessions) for each in made.associations] == [("广东省律师协会", 2)]
    assert {each.sums.sessions for each in made.lecturers} == {2}
    assert recognition.contributions(office.plan, year=2025, at=NOW).associations == ()


def test_the_sheet_of_all_names_no_lecturer(office: Office, world: World):
    october(office, "一")
    own = recognition.sheet(office.plan, year=2026, at=NOW, association=world.guangdong)
    names = {str(row[1]) for row in own.sections[2].table.rows}  # type: ignore[union-attr]
    assert names
    everybody = recognition.sheet(office.plan, year=2026, at=NOW)
    said = str([section.table.rows for section in everybody.sections if section.table])
    assert not [name for name in names if name in said]


# --- the evidence pack --------------------------------------------------------------------------------------


def unzipped(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def pack(office: Office, side: Side = Side.SUPPORTER) -> bytes:
    association = office.world.guangdong if side is Side.SUPPORTER else office.world.guangxi
    return evidence_pack.pack(office.plan, association=association, side=side, year=2026, at=NOW)


def test_the_pack_lists_the_digest_of_every_member_and_is_the_same_each_time(office: Office):
    october(office, "一", "二")
    archive = pack(office)
    assert pack(office) == archive
    members = unzipped(archive)
    lines = [line.split("  ") for line in members["SHA256SUMS"].decode().splitlines()]
    listed = {name: digest for digest, name in lines}
    assert set(listed) == set(members) - {"SHA256SUMS"}
    assert all(hashlib.sha256(members[name]).hexdigest() == digest for name, digest in listed.items())
    ledger = json.loads(members["ledger.json"])
    assert [entry["digest"] for entry in ledger] == list(
        QuotaEntry.objects.order_by("sequence").values_list("entry_hash", flat=True)
    )
    assert len(json.loads(members["confirmations.json"])) == 2


def test_the_pack_holds_the_files_of_its_sessions(office: Office, world: World):
    october(office, "一")
    session = QuotaEntry.objects.get().session
    scan = b"%PDF-1.7 scan"
    session.evidence.create(
        kind="sign_off",
        sha256=vault.keep(scan),
        size_bytes=len(scan),
        content_type="application/pdf",
        uploaded_by=world.supporting_officer,
        uploaded_at=world.now,
    )
    members = unzipped(pack(office))
    name = f"evidence/{session.code}/sign_off-{hashlib.sha256(scan).hexdigest()[:12]}.pdf"
    assert members[name] == scan


def test_a_meeting_log_names_lawyers_so_its_file_is_only_in_their_own_regions_pack(
    office: Office, world: World
):
    october(office, "一")
    session = QuotaEntry.objects.get().session
    log = "姓名,入会时间\n韦晓岚,09:00\n".encode()
    session.evidence.create(
        kind=session.evidence.model.Kind.MEETING_LOG,
        sha256=vault.keep(log),
        size_bytes=len(log),
        content_type="text/csv",
        uploaded_by=world.beneficiary_officer,
        uploaded_at=world.now,
    )
    digest = hashlib.sha256(log).hexdigest()
    theirs = unzipped(pack(office))
    assert log not in theirs.values()
    assert digest in theirs["evidence.csv"].decode("utf-8-sig")
    assert "会议记录" in theirs["README.txt"].decode()
    own = unzipped(pack(office, Side.BENEFICIARY))
    assert own[f"evidence/{session.code}/log-{digest[:12]}.csv"] == log

    # An event for several regions names the lawyers of all of them: the log goes to none.
    TrainingSession.objects.filter(pk=session.pk).update(joint_event="J-1")
    own = unzipped(pack(office, Side.BENEFICIARY))
    assert log not in own.values()
    assert digest in own["evidence.csv"].decode("utf-8-sig")


def test_a_scanned_sign_in_sheet_names_lawyers_so_its_file_is_only_in_their_own_regions_pack(
    office: Office, world: World
):
    october(office, "一")
    session = QuotaEntry.objects.get().session
    scan = b"%PDF-1.7 \xe9\x9f\xa6\xe6\x99\x93\xe5\xb2\x9a"
    handed_in = {
        "kind": "sign_in",
        "sha256": vault.keep(scan),
        "size_bytes": len(scan),
        "content_type": "application/pdf",
        "uploaded_by": world.beneficiary_officer,
        "uploaded_at": world.now,
    }
    session.evidence.create(**handed_in)
    digest = hashlib.sha256(scan).hexdigest()
    theirs, own = unzipped(pack(office)), unzipped(pack(office, Side.BENEFICIARY))
    assert scan not in theirs.values()
    assert digest in theirs["evidence.csv"].decode("utf-8-sig")
    assert "签到表" in theirs["README.txt"].decode()
    name = f"evidence/{session.code}/sign_in-{digest[:12]}.pdf"
    assert own[name] == scan
    assert name not in theirs["evidence.csv"].decode("utf-8-sig")

    # One paper for two regions names the lawyers of both: it goes to neither. One for each region goes to its own.
    TrainingSession.objects.filter(pk=session.pk).update(joint_event="J-1")
    assert unzipped(pack(office, Side.BENEFICIARY))[name] == scan
    other = office.scheduled(office.lecture("二"), mode="onsite", beneficiary=world.yunnan)
    TrainingSession.objects.filter(pk=other.id).update(joint_event="J-1")
    TrainingSession.objects.get(pk=other.id).evidence.create(**handed_in)
    own = unzipped(pack(office, Side.BENEFICIARY))
    assert scan not in own.values()
    assert digest in own["evidence.csv"].decode("utf-8-sig")

    # The session of the other region is of no plan, or of another one: the paper is of both all the same.
    assert SessionTarget.objects.filter(session=other.id).delete()[0]
    assert scan not in unzipped(pack(office, Side.BENEFICIARY)).values()
    # What stands there no longer is no second copy.
    TrainingSession.objects.filter(pk=other.id).update(state="cancelled")
    assert unzipped(pack(office, Side.BENEFICIARY))[name] == scan
    TrainingSession.objects.filter(pk=other.id).update(state="scheduled")
    TrainingSession.objects.get(pk=other.id).evidence.update(withdrawn_at=world.now)
    assert unzipped(pack(office, Side.BENEFICIARY))[name] == scan


def test_a_sheet_of_several_regions_that_the_supporting_side_handed_in_is_in_no_pack(
    office: Office, world: World
):
    october(office, "一")
    session = QuotaEntry.objects.get().session
    scan = b"%PDF-1.7 \xe9\x9f\xa6\xe6\x99\x93\xe5\xb2\x9a"
    session.evidence.create(
        kind="sign_in",
        sha256=vault.keep(scan),
        size_bytes=len(scan),
        content_type="application/pdf",
        uploaded_by=world.supporting_officer,
        uploaded_at=world.now,
    )
    assert scan in unzipped(pack(office, Side.BENEFICIARY)).values()
    TrainingSession.objects.filter(pk=session.pk).update(joint_event="J-1")
    own = unzipped(pack(office, Side.BENEFICIARY))
    assert scan not in own.values()
    assert hashlib.sha256(scan).hexdigest() in own["evidence.csv"].decode("utf-8-sig")


def test_the_photos_of_a_confirmed_sheet_stand_in_the_pack_and_the_paper_only_in_its_regions(
    office: Office, world: World
):
    october(office, "一")
    session = QuotaEntry.objects.get().session
    files = {"scan": b"jpeg of the paper", "photo": b"jpeg of the room"}
    sheet = Sheet.objects.create(
        session=session,
        ordinal=1,
        kind=Sheet.Kind.SCREENING,
        association=world.guangxi,
        site="那坡县司法局",
        date=session.date,
        entered_by=world.beneficiary_officer,
        entered_at=world.now,
    )
    for kind, data in files.items():
        sheet.files.create(
            kind=kind,
            sha256=vault.keep(data),
            size_bytes=len(data),
            content_type="image/jpeg",
            uploaded_by=world.county_contact,
            uploaded_at=world.now,
        )
    # Nobody confirmed it yet.
    assert not set(files.values()) & set(unzipped(pack(office, Side.BENEFICIARY)).values())
    version = sheet.versions.create(number=1, origin="typed", by=world.county_contact, at=world.now)
    sheet.decisions.create(
        version=version,
        kind="confirmed",
        grade="A",
        reported_by=world.county_contact,
        by=world.beneficiary_officer,
        at=world.now,
    )
    own, theirs = unzipped(pack(office, Side.BENEFICIARY)), unzipped(pack(office))
    digests = {kind: hashlib.sha256(data).hexdigest() for kind, data in files.items()}
    assert own[f"evidence/{session.code}/sheet-scan-{digests['scan'][:12]}.jpg"] == files["scan"]
    assert own[f"evidence/{session.code}/sheet-photo-{digests['photo'][:12]}.jpg"] == files["photo"]
    assert files["photo"] in theirs.values()
    assert files["scan"] not in theirs.values()
    assert digests["scan"] in theirs["evidence.csv"].decode("utf-8-sig")


def test_a_pack_is_not_made_larger_than_a_browser_takes(office: Office, world: World, monkeypatch):
    october(office, "一")
    monkeypatch.setattr(evidence_pack, "MOST_BYTES", 5)
    QuotaEntry.objects.get().session.evidence.create(
        kind="photo",
        sha256=vault.keep(b"123456"),
        size_bytes=6,
        content_type="image/jpeg",
        uploaded_by=world.supporting_officer,
        uploaded_at=world.now,
    )
    with pytest.raises(evidence_pack.PackTooLarge):
        pack(office)


# --- everything again ---------------------------------------------------------------------------------------


def test_everything_that_was_sent_is_made_again_and_a_changed_name_shows(office: Office, world: World):
    october(office, "一")
    operations.save_draft(
        plan=office.plan,
        association=world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        remarks="",
        addressees="省律协秘书处",
        signatories="",
        number=0,
        by=world.supporting_officer,
        at=NOW,
    )
    operations.send_return(
        plan=office.plan,
        association=world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        number=1,
        by=world.supporting_officer,
        at=NOW,
    )
    operations.issue_bulletin(
        plan=office.plan, month="2026-10", by=world.national_officer, at=at(2026, 11, 5)
    )
    office.confirmed(office.lecture("二"), mode="onsite", on=date(2026, 11, 4), at=at(2026, 11, 4))
    office.close("2026-11", at=at(2026, 11, 30))
    said = StringIO()
    call_command("verify_reports", stdout=said)
    assert said.getvalue() == "6 files are as they were sent.\n"
    world.guangdong.name_zh = "广东律协"
    world.guangdong.save()
    with pytest.raises(CommandError, match="of 6"):
        call_command("verify_reports", stdout=said)
    assert MonthlyReturn.objects.count() == 1
