"""Targets that officers enter and change, the terms under which they are owed, and their documents."""

import io
import zipfile
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from programmes.plans import documents, operations, targets, todo
from programmes.plans.models import BasisDocument, Plan, SourceDocument, Target
from programmes.plans.targets import Said, UnableToSetTarget
from programmes.quotas.models import SessionTarget
from qianchang.groundwork import vault
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Association
from tests.programmes.factories import Office
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\n"


def word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path) -> None:
    settings.VAULT_DIR = tmp_path / "vault"


@pytest.fixture
def yunnan(office: Office) -> Target:
    return Target.objects.get(key="QC/CN-GD/CN-YN/*/*")


def enter(office: Office, world: World, said: Said, *, by=None) -> Target:
    return targets.enter_target(
        plan=office.plan,
        said=said,
        source=SourceDocument.objects.order_by("pk")[0],
        by=by or world.national_officer,
        at=world.now,
    )


def change(target: Target, world: World, quantity: int, *, seen: int = 0) -> Target:
    return targets.change_target(
        target=target,
        quantity=quantity,
        strength=target.strength,
        quote=target.quote,
        seen=seen,
        by=world.national_officer,
        at=world.now,
    )


# --- entering -----------------------------------------------------------------------------------------------


def test_an_officer_enters_a_number_with_open_dimensions(office: Office, world: World):
    beijing = Association.objects.get(code="CN-BJ")
    said = Said(beijing, 60, "assigned", "分配60场", modes=frozenset({"dvd", "network_video"}))

    target = enter(office, world, said)

    assert (target.key, target.beneficiary, target.year) == ("QC/CN-BJ/*/*/network_video_or_dvd", None, None)
    assert sorted(mode.code for mode in target.modes.all()) == ["dvd", "network_video"]
    assert enter(office, world, said) == target
    assert AuditEntry.objects.filter(verb="entered", object_key=target.key).count() == 1


def test_a_number_stands_once(office: Office, world: World):
    with pytest.raises(UnableToSetTarget, match="20"):
        enter(office, world, Said(world.guangdong, 21, "assigned", "云南21场", beneficiary=world.yunnan))


def test_a_region_too_many_is_refused_by_how_much(office: Office, world: World):
    sichuan = Association.objects.exclude(code__in=["CN-GX", "CN-YN", "CN-GD"]).order_by("code")[0]
    before = Target.objects.count()

    with pytest.raises(UnableToSetTarget, match=r"125.*120.*5"):
        enter(office, world, Said(world.guangdong, 5, "assigned", "再加5场", beneficiary=sichuan))

    assert Target.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 0}, {"strength": "firm"}, {"quote": " "}, {"year": 26}, {"year": 2026, "each_year": True}],
)
def test_a_number_that_says_nothing_is_refused(office: Office, world: World, wrong: dict):
    said = {
        "supporter": Association.objects.get(code="CN-BJ"),
        "quantity": 5,
        "strength": "assigned",
        "quote": "5场",
    }
    with pytest.raises(UnableToSetTarget):
        enter(office, world, Said(**{**said, **wrong}))


def test_only_the_national_office_sets_quotas(office: Office, world: World):
    said = Said(world.guangdong, 1, "planned", "1场", beneficiary=world.yunnan, year=2013)
    with pytest.raises(PermissionDenied):
        enter(office, world, said, by=world.supporting_officer)


# --- changing -----------------------------------------------------------------------------------------------


def test_a_changed_number_stays_when_the_facts_are_loaded_again(yunnan: Target, world: World):
    change(yunnan, world, 19)

    operations.load_facts(at=world.now)

    yunnan.refresh_from_db()
    assert yunnan.quantity == 19
    entry = AuditEntry.objects.get(verb="changed", object_type="target")
    assert (entry.details["quantity_before"], entry.details["quantity"]) == (20, 19)


def test_21_for_yunnan_are_one_more_than_120(yunnan: Target, world: World):
    with pytest.raises(UnableToSetTarget, match=r"121.*120.*1"):
        change(yunnan, world, 21)

    yunnan.refresh_from_db()
    assert yunnan.quantity == 20


def test_of_two_officers_at_one_target_the_second_is_told(yunnan: Target, world: World):
    change(Target.objects.get(pk=yunnan.pk), world, 19)

    with pytest.raises(UnableToSetTarget):
        change(yunnan, world, 18)

    yunnan.refresh_from_db()
    assert yunnan.quantity == 19


def test_a_target_entered_by_mistake_is_taken_out(office: Office, world: World):
    target = enter(office, world, Said(Association.objects.get(code="CN-BJ"), 60, "assigned", "60场"))

    targets.withdraw_target(target=target, seen=0, by=world.national_officer, at=world.now)

    assert not Target.objects.filter(key="QC/CN-BJ/*/*/*").exists()
    assert AuditEntry.objects.filter(verb="withdrew target", object_key="QC/CN-BJ/*/*/*").exists()


def test_a_target_that_sessions_stand_on_stays(office: Office, world: World):
    session = office.scheduled()
    standing = enter(office, world, Said(Association.objects.get(code="CN-BJ"), 60, "assigned", "60场"))
    SessionTarget.objects.filter(session=session.id).update(target=standing)

    with pytest.raises(UnableToSetTarget, match="场次"):
        targets.withdraw_target(target=standing, seen=0, by=world.national_officer, at=world.now)

    assert Target.objects.filter(pk=standing.pk).exists()


def test_a_target_of_the_documents_stays_because_loading_them_would_bring_it_back(
    office: Office, world: World
):
    stated = Target.objects.get(key="QC/CN-GD/CN-YN/*/*")

    with pytest.raises(UnableToSetTarget, match="再次载入"):
        targets.withdraw_target(target=stated, seen=0, by=world.national_officer, at=world.now)

    assert Target.objects.filter(pk=stated.pk).exists()


# --- terms --------------------------------------------------------------------------------------------------


def terms(target: Target, world: World, *, seen: int = 0, by=None, **said: object) -> Target:
    wanted = {
        "owner": world.supporting_officer,
        "deadline_date": date(2015, 12, 30),
        "carry_over": True,
        **said,
    }
    return targets.set_terms(
        target=target,
        seen=seen,
        by=by or world.supporting_officer,
        at=world.now,
        **wanted,  # type: ignore[arg-type]
    )


def test_somebody_answers_for_a_target_until_a_day(yunnan: Target, world: World):
    terms(yunnan, world, carry_over=False)

    yunnan.refresh_from_db()
    assert (yunnan.owner, yunnan.deadline_date, yunnan.carry_over) == (
        world.supporting_officer,
        date(2015, 12, 30),
        False,
    )
    assert terms(yunnan, world, seen=99, carry_over=False) == yunnan  # the same again asks for nothing


def test_whoever_answers_for_a_target_is_told_of_its_deadline(yunnan: Target, world: World):
    terms(yunnan, world, deadline_date=world.day)

    owner, other = world.supporting_officer, world.second_supporting_officer
    assert [each.on for each in todo.deadlines(owner, world.day)] == [world.day]
    assert list(todo.deadlines(owner, world.later(days=1).date())) == []
    assert list(todo.deadlines(other, world.day)) == []


def test_only_an_officer_of_the_supporter_answers_for_it(yunnan: Target, world: World):
    with pytest.raises(UnableToSetTarget):
        terms(yunnan, world, owner=world.beneficiary_officer)


def test_terms_that_somebody_else_has_set_meanwhile_are_looked_at_first(yunnan: Target, world: World):
    terms(Target.objects.get(pk=yunnan.pk), world)
    with pytest.raises(UnableToSetTarget):
        terms(yunnan, world, carry_over=False, by=world.second_supporting_officer)


def test_the_other_side_sets_no_terms(yunnan: Target, world: World):
    with pytest.raises(PermissionDenied):
        terms(yunnan, world, by=world.beneficiary_officer)


# --- documents ----------------------------------------------------------------------------------------------


def attach(target: Target, world: World, data: bytes, name: str = "通知.pdf") -> BasisDocument:
    return documents.attach_document(
        target=target, name=name, data=data, by=world.supporting_officer, at=world.now
    )


def test_a_document_is_kept_as_it_came_once(yunnan: Target, world: World):
    document = attach(yunnan, world, PDF, name="C:\\文件\\通知.PDF")

    assert (document.name, document.kind, document.size_bytes) == ("通知.pdf", "pdf", len(PDF))
    assert vault.read(document.sha256) == PDF
    assert attach(yunnan, world, PDF) == document


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (word(), "docx"),
        (documents.COMPOUND_FILE + b"\0" * 40 + "WordDocument".encode("utf-16-le"), "doc"),
    ],
)
def test_a_file_is_what_stands_in_it_and_not_what_it_is_called(
    yunnan: Target, world: World, data: bytes, kind: str
):
    assert attach(yunnan, world, data, name="file.pdf").kind == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<script>alert(1)</script>",
        b"MZ\x90",
        b"PK\x03\x04broken",
        documents.COMPOUND_FILE + b"Workbook",
    ],
)
def test_what_is_no_document_is_refused(yunnan: Target, world: World, data: bytes):
    with pytest.raises(documents.UnableToAttachDocument):
        attach(yunnan, world, data)
    assert not BasisDocument.objects.exists()


def test_a_file_over_ten_megabytes_is_refused(yunnan: Target, world: World):
    with pytest.raises(documents.UnableToAttachDocument):
        attach(yunnan, world, PDF + b"0" * documents.MOST_BYTES)


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(yunnan: Target, world: World, settings):
    document = attach(yunnan, world, PDF)
    path = settings.VAULT_DIR / document.sha256[:2] / document.sha256
    path.write_bytes(PDF + b"!")

    with pytest.raises(vault.MissingFile):
        vault.read(document.sha256)


def test_a_signed_address_opens_one_file_for_one_person(yunnan: Target, world: World):
    document = attach(yunnan, world, PDF)
    key = vault.sign(document.sha256, viewer=1)

    assert vault.opens(key, document.sha256, viewer=1)
    assert not vault.opens(key, document.sha256, viewer=2)
    assert not vault.opens(key, "0" * 64, viewer=1)
    assert not vault.opens(key[:-1], document.sha256, viewer=1)


def test_a_plan_of_two_units_stays_apart(office: Office, world: World):
    """The vehicles of a region are no part of its sessions."""
    said = Said(world.guangdong, 3, "planned", "3辆", beneficiary=world.yunnan, year=2013)
    target = targets.enter_target(
        plan=Plan.objects.get(code="BSBC"),
        said=said,
        source=SourceDocument.objects.order_by("pk")[0],
        by=world.national_officer,
        at=world.now,
    )
    assert target.key == "BSBC/CN-GD/CN-YN/2013/*"
