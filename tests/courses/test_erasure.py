"""Somebody is erased: nothing in the database and in no file says who it was, and every ledger still is proved."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from PIL import Image

from courses.attendance import packs
from courses.attendance.models import Playback
from courses.certificates import operations as certificates
from courses.certificates import pdf, queries
from courses.certificates.models import Certificate
from courses.certificates.rules import Standing
from courses.credits import appeals, corrections
from courses.credits.models import Appeal, AppealPhoto, CreditEntry
from qianchang.groundwork import audit, ledgers
from qianchang.groundwork.models import AuditEntry
from qianchang.people import unmasking, users
from qianchang.people.models import ErasureRequest, LedgerKey, RoleGrant
from qianchang.people.models.rosters import RosterImport, RosterRow
from qianchang.people.privacy import erasure, own_data
from qianchang.people.rosters import sheets

NUMBER, NAME, PHONE, EMAIL = "14510201811223344", "韦晓岚", "13877612345", "wei.xiaolan@example.cn"
WORDS = (NUMBER, NAME, PHONE, EMAIL)


def cells() -> Iterator[tuple[str, str, str]]:
    """Give every value of every table as text, as the database itself keeps it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own list of tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        value = bytes(value).decode("utf-8", "ignore")
                    yield (
                        table,
                        name,
                        value
                        if isinstance(value, str)
                        else json.dumps(value, default=str, ensure_ascii=False),
                    )


def places_in_the_database(word: str) -> set[str]:
    """Return where a word stands, plainly or in the escapes of JSON."""
    escaped = json.dumps(word)[1:-1]
    return {f"{table}.{name}" for table, name, text in cells() if word in text or escaped in text}


def places_in_files(word: str, *folders: Path) -> set[str]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if word.encode() in path.read_bytes() or word in path.name}


def places_in_sheets(word: str) -> list[int]:
    kept = RosterImport.objects.exclude(sheet=None)
    return [row.pk for row in kept if word in json.dumps(sheets.unpack(row.sheet), ensure_ascii=False)]


def photo() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (80, 60), "white").save(content, "JPEG")
    return SimpleUploadedFile("photo.jpg", content.getvalue(), content_type="image/jpeg")


@pytest.fixture
def folders(settings, tmp_path) -> list[Path]:
    settings.CERTIFICATE_DIR = tmp_path / "certificates"
    settings.STATE_DIR = tmp_path / "state"
    settings.SITE_ROOT_URL = "https://qianchang.example"
    return [tmp_path]


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def life(world, watched, folders, at) -> dict[str, Any]:
    """What a busy lawyer leaves behind: hours, a correction, an appeal with a photo, a certificate and its paper, messages,
    an import, reasons of officers with the name in them.
    """
    lawyer, account = world.county_lawyer, world.county_account
    type(lawyer).objects.filter(pk=lawyer.pk).update(phone=PHONE, email=EMAIL)
    type(account).objects.filter(pk=account.pk).update(email=EMAIL)
    account.emailaddress_set.create(email=EMAIL, primary=True, verified=True)
    lawyer.refresh_from_db()
    account.refresh_from_db()
    watched()
    award = CreditEntry.objects.get()
    certificate = certificates.issue_certificate(lawyer=lawyer, year=2026, by=account, at=at)
    pdf.paper_of(certificate)
    asked = appeals.file_appeal(lawyer=lawyer, entry=award, words=f"{NAME}，电话 {PHONE}", by=account, at=at)
    AppealPhoto.objects.create(appeal=asked, jpeg=b"a photo of " + NAME.encode(), size_bytes=30)
    proposed = corrections.propose_correction(
        subject=corrections.subject_of_entry(award),
        reason=f"{NAME}重复记入",
        by=world.beneficiary_officer,
        at=at,
    )
    corrections.carry_out(correction=proposed, by=world.second_beneficiary_officer, at=at)
    appeals.answer_appeal(
        appeal=asked, corrected=True, words=f"{NAME}：已更正", by=world.second_beneficiary_officer, at=at
    )
    certificates.revoke_certificate(
        certificate=certificate, reason=f"{NAME}的学时已冲正", by=world.beneficiary_officer, at=at
    )
    unmasking.unmask(lawyer=lawyer, field="phone", reason=f"核对{NAME}", by=world.beneficiary_officer, at=at)
    audit.record("noted", object_type="firm", object_key="1", by=None, at=at, who=NAME, number=NUMBER)
    imported = RosterImport.objects.create(
        association=world.guangxi,
        created_at=at,
        file_name=f"{NAME}.xlsx",
        stands_on=at.date(),
        sheet=sheets.pack([(1, ["姓名", "执业证号"]), (2, [NAME, NUMBER, PHONE])]),
    )
    RosterRow.objects.create(
        roster_import=imported,
        number=2,
        licence_number=NUMBER,
        values={"name": NAME, "phone": PHONE},
        outcome="changed",
        changes={"email": ["", EMAIL]},
    )
    account.notices.create(event="hours", key="1", words={"name": NAME}, posted_at=at)
    account.outbox.create(address=EMAIL, not_before=at, created_at=at)
    own_data.request_export(account=account, at=at)
    return {"certificate": certificate, "award": award}


@pytest.fixture
def erase(world, at) -> Callable[[], ErasureRequest]:
    """Return a function that lets two officers erase the county lawyer, who was told and did not say no."""

    def act() -> ErasureRequest:
        proposed = erasure.propose(
            lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=at
        )
        return erasure.carry_out(request=proposed, by=world.second_beneficiary_officer, at=proposed.due_at)

    return act


class TestNothingIsLeft:
    def test_the_person_stood_in_many_places_before(self, life, folders):
        assert len(places_in_the_database(NAME)) >= 12
        assert places_in_sheets(NUMBER)
        kinds = {path.suffix for path in folders[0].rglob("*") if path.is_file()}
        assert kinds == {".pdf", ".zip"}

    @pytest.mark.parametrize("word", WORDS)
    def test_and_in_none_afterwards(self, word, life, erase, folders):
        erase()
        assert places_in_the_database(word) == set()
        assert places_in_files(word, *folders) == set()
        assert places_in_sheets(word) == []

    def test_no_paper_no_photo_and_no_export_is_left(self, life, erase, folders):
        erase()
        assert [path for path in folders[0].rglob("*") if path.is_file()] == []
        assert AppealPhoto.objects.count() == 0

    def test_the_masked_number_is_gone_as_well(self, life, erase):
        erase()
        assert places_in_the_database("14510****23344") == set()


class TestWhatStays:
    def test_every_ledger_still_is_proved(self, life, erase):
        call_command("sign_heads", stdout=StringIO())
        erase()
        for model in ledgers.models():
            for name in ledgers.names(model):
                assert ledgers.verify(model, name) == [], (model, name)
        said = StringIO()
        call_command("verify_ledger", stdout=said, stderr=said)
        assert "CN-GX" in said.getvalue()

    def test_counts_are_what_they_were(self, life, erase, world):
        before = list(
            CreditEntry.objects.order_by("pk").values_list("sequence", "hours", "entry_hash", "lawyer_id")
        )
        counts = (
            Appeal.objects.count(),
            Certificate.objects.count(),
            AuditEntry.objects.filter(verb="credited").count(),
        )
        erase()
        assert before == list(
            CreditEntry.objects.order_by("pk").values_list("sequence", "hours", "entry_hash", "lawyer_id")
        )
        assert counts == (
            Appeal.objects.count(),
            Certificate.objects.count(),
            AuditEntry.objects.filter(verb="credited").count(),
        )

    def test_nobody_can_try_out_numbers_against_a_digest_any_more(self, life, erase, world, settings):
        digest = CreditEntry.objects.order_by("pk").first().lawyer_digest
        key = LedgerKey.objects.get(lawyer=world.county_lawyer)
        assert len(key.key) == 64
        erase()
        assert LedgerKey.objects.filter(lawyer=world.county_lawyer).count() == 0
        assert key.key not in {text for _table, _name, text in cells()}
        # The same person, entered anew, stands under another digest.
        assert digest == CreditEntry.objects.order_by("pk").first().lawyer_digest

    def test_who_knows_the_number_of_a_certificate_is_told_the_truth(self, life, erase, client):
        erase()
        number = life["certificate"].number
        statement = queries.statement_of(number)
        assert (statement.standing, statement.masked_name, statement.is_usable) == (
            Standing.REVOKED,
            "",
            False,
        )
        page = client.get(reverse("certificates:verify", args=[number]))
        assert page.status_code == 200
        assert "个人信息已删除" in page.content.decode()
        assert NAME not in page.content.decode()

    def test_the_account_is_closed_and_its_sessions_are_over(self, life, erase, client_for, world):
        browser = client_for(world.county_account)
        assert browser.get("/my/hours/").status_code == 200
        erase()
        assert browser.get("/my/hours/").status_code == 302
        world.county_account.refresh_from_db()
        assert not world.county_account.is_active
        assert not world.county_account.has_usable_password()

    def test_what_was_done_stands_in_the_log_without_a_word_of_who(self, life, erase, world):
        request = erase()
        entry = AuditEntry.objects.get(verb="erased a person")
        assert (entry.actor_id, entry.object_key) == (world.second_beneficiary_officer.pk, str(request.pk))
        assert entry.details["rows"] > 10
        assert request.reason == "***"


class TestNamesThatTwoPeopleBear:
    def test_the_other_ones_name_stays_and_the_places_are_listed(self, life, erase, world):
        other = world.lawyer("14510201999990000", NAME, world.napo_firm, account=False)
        audit.record("noted", object_type="firm", object_key="9", by=None, at=world.now, who=NAME)
        request = erase()
        other.refresh_from_db()
        assert other.name == NAME
        assert {"groundwork.AuditEntry"} <= {place["model"] for place in request.outcome["left"]}


class TestNoWayBackIn:
    def test_roles_end_with_the_person(self, life, erase, world, at):
        account = world.county_account
        today = at.date()
        held = account.role_grants.create(role="expert", valid_from=today - timedelta(days=9))
        account.role_grants.create(
            role="expert", valid_from=today + timedelta(days=40), valid_until=None, association=world.guangxi
        )
        request = erase()
        held.refresh_from_db()
        assert held.valid_until == localdate(request.due_at)
        assert not account.role_grants.filter(valid_until__isnull=True).exists()

    def test_no_session_no_factor_no_identity_and_no_key_of_downloads_is_left(self, life, erase, world):
        account = world.county_account
        Authenticator.objects.create(user=account, type="totp", data={})
        SocialAccount.objects.create(user=account, provider="oidc", uid="sub-1")
        playback = Playback.objects.filter(lawyer=world.county_lawyer).first()
        key = packs.key_of(playback, account)
        assert packs.account_of(key, playback.public_id) == account
        erase()
        assert not Authenticator.objects.filter(user=account).exists()
        assert not SocialAccount.objects.filter(user=account).exists()
        assert packs.account_of(key, playback.public_id) is None

    def test_an_administrator_cannot_open_the_account_again(self, life, erase, world, at):
        erase()
        account = world.county_account
        with pytest.raises(users.UnableToChangeAccount):
            users.reopen_account(account=account, reason="误关闭了", by=world.administrator, at=at)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(account).objects.filter(pk=account.pk).update(is_active=True)


class TestWhoMay:
    def test_nobody_carries_out_what_they_proposed(self, life, world, at):
        proposed = erasure.propose(
            lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=at
        )
        with pytest.raises(erasure.UnableToErase):
            erasure.carry_out(request=proposed, by=world.beneficiary_officer, at=proposed.due_at)

    def test_whoever_signs_in_here_is_told_and_can_say_no(self, life, world, at):
        proposed = erasure.propose(
            lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=at
        )
        told = world.county_account.notices.get(event="erasure_proposed")
        assert told.words["association"] == "广西律师协会"
        with pytest.raises(erasure.UnableToErase):
            erasure.carry_out(
                request=proposed,
                by=world.second_beneficiary_officer,
                at=proposed.due_at - timedelta(minutes=1),
            )
        with pytest.raises(erasure.ErasureUnknown):
            erasure.refuse(request=proposed, by=world.second_county_lawyer.account, at=at)
        assert erasure.refuse(request=proposed, by=world.county_account, at=at).state == "refused"
        with pytest.raises(erasure.UnableToErase):
            erasure.carry_out(request=proposed, by=world.second_beneficiary_officer, at=proposed.due_at)
        assert places_in_the_database(NUMBER)

    def test_whoever_never_signed_in_here_need_not_be_waited_for(self, world, at):
        lawyer = world.unactivated_lawyer
        proposed = erasure.propose(lawyer=lawyer, reason="本人已经去世", by=world.beneficiary_officer, at=at)
        done = erasure.carry_out(request=proposed, by=world.second_beneficiary_officer, at=at)
        assert done.state == "done"

    def test_a_question_about_hours_is_answered_before_the_asker_is_erased(self, life, world, at):
        Appeal.objects.update(state=Appeal.State.TAKEN_UP, decided_at=None, decided_by=None, answer="")
        with pytest.raises(erasure.UnableToErase):
            erasure.propose(
                lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=at
            )
        assert erasure.ask_for_own(account=world.county_account, at=at).is_open

    def test_an_office_that_was_given_meanwhile_stops_it_and_holds_no_other_wish_up(self, life, world, at):
        wish = erasure.ask_for_own(account=world.county_account, at=at)
        other = erasure.ask_for_own(account=world.second_county_lawyer.account, at=at + timedelta(seconds=1))
        world.grant(world.county_account, RoleGrant.Role.BENEFICIARY_OFFICER, world.baise)
        assert erasure.carry_out_due(at=other.due_at) == 1
        wish.refresh_from_db()
        assert wish.is_open

    @pytest.mark.parametrize(
        "who", ["yunnan_officer", "supporting_officer", "national_officer", "editor", "county_account"]
    )
    def test_nobody_but_the_officers_of_the_roster(self, who, life, world, at):
        proposed = erasure.propose(
            lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=at
        )
        with pytest.raises(erasure.ErasureUnknown):
            erasure.carry_out(request=proposed, by=getattr(world, who), at=proposed.due_at)

    def test_whoever_holds_an_office_hands_it_over_first(self, life, world, at):
        world.grant(world.county_account, RoleGrant.Role.BENEFICIARY_OFFICER, world.baise)
        with pytest.raises(erasure.UnableToErase):
            erasure.ask_for_own(account=world.county_account, at=at)


class TestOnesOwnWish:
    def test_it_is_carried_out_when_the_days_are_over(self, life, world, at, settings):
        request = erasure.ask_for_own(account=world.county_account, at=at)
        assert erasure.ask_for_own(account=world.county_account, at=at) == request
        assert erasure.carry_out_due(at=request.due_at - timedelta(minutes=1)) == 0
        assert places_in_the_database(NUMBER)
        assert erasure.carry_out_due(at=request.due_at) == 1
        assert places_in_the_database(NUMBER) == set()

    def test_it_can_be_taken_back_until_then(self, life, world, at):
        request = erasure.ask_for_own(account=world.county_account, at=at)
        with pytest.raises(erasure.ErasureUnknown):
            erasure.withdraw(request=request, by=world.second_beneficiary_officer, at=at)
        assert erasure.withdraw(request=request, by=world.county_account, at=at).state == "withdrawn"
        assert erasure.carry_out_due(at=at + timedelta(days=99)) == 0
