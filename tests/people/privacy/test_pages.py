"""The pages about one's own data, and the officers' erasures."""

import json
import os
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Consent, ConsentText, DataExport, ErasureRequest, Lawyer
from qianchang.people.privacy import consents, erasure, own_data
from qianchang.people.privacy.waiting import waiting_erasures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.STATE_DIR = tmp_path


@pytest.fixture
def signed_in(client_for):
    """Return a function that gives a browser in which somebody has just typed the password."""
    return client_for


@pytest.fixture
def found_open():
    """Return a function that gives a browser that somebody left open, long after the password was typed."""

    def act(account):
        browser = Client()
        browser.force_login(account)
        session = browser.session
        session["account_authentication_methods"] = []
        session.save()
        return browser

    return act


class TestEverybody:
    def test_the_page_says_what_is_kept_for_how_long(self, client, settings):
        settings.KEEP_DAYS = {**settings.KEEP_DAYS, "mails": 77}
        settings.PRIVACY_CONTACT = "0771-5550123"
        page = client.get(reverse("privacy:privacy"))
        said = page.content.decode()
        assert page.status_code == 200
        assert "77" in said
        assert "0771-5550123" in said
        assert "不收集身份证号、人脸和位置" in said

    def test_every_page_leads_there(self, client):
        assert reverse("privacy:privacy") in client.get(reverse("certificates:verify_form")).content.decode()

    @pytest.mark.parametrize("name", ["my_data", "erase_me", "consent"])
    def test_guests_sign_in_first(self, name, client):
        assert client.get(reverse(f"privacy:{name}")).status_code == 302


class TestOnesOwnFile:
    def test_it_holds_everything_about_its_owner_and_nothing_about_others(self, world, signed_in):
        Lawyer.objects.filter(pk=world.county_lawyer.pk).update(phone="13877612345")
        assert world.second_county_lawyer
        browser = signed_in(world.county_account)
        assert browser.post(reverse("privacy:export")).status_code == 302
        export = DataExport.objects.get()
        answer = browser.get(reverse("privacy:fetch", args=[export.public_id]))
        archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
        data = json.loads(archive.read("data.json"))
        (row,) = data["data"]["people.Lawyer"]["rows"]
        assert (row["name"], row["licence_number"], row["phone"]) == (
            "韦晓岚",
            "14510201811223344",
            "13877612345",
        )
        assert "tables/people.Lawyer.csv" in archive.namelist()
        assert "农志强" not in archive.read("data.json").decode()
        assert [
            entry.verb for entry in AuditEntry.objects.filter(object_type="data export").order_by("pk")
        ] == [
            "asked for own data",
            "fetched own data",
        ]

    def test_nobody_else_fetches_it(self, world, signed_in):
        own_data.request_export(account=world.county_account, at=world.now)
        address = reverse("privacy:fetch", args=[DataExport.objects.get().public_id])
        other = world.second_county_lawyer.account
        assert signed_in(other).get(address).status_code == 404
        assert signed_in(world.administrator).get(address).status_code == 404

    def test_whoever_finds_an_open_session_is_asked_for_the_password(self, world, found_open):
        browser = found_open(world.county_account)
        answer = browser.post(reverse("privacy:export"))
        assert DataExport.objects.count() == 0
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]

    def test_it_is_gone_after_its_hours(self, world, settings):
        export = own_data.request_export(account=world.county_account, at=world.now)
        path = own_data.file_of(export)
        assert path.exists()
        late = world.now + timedelta(hours=settings.DATA_EXPORT_HOURS)
        with pytest.raises(own_data.ExportUnknown):
            own_data.open_file(account=world.county_account, public_id=export.public_id, at=late)
        assert own_data.expire(at=late) == 1
        assert not path.exists()

    def test_asking_again_within_the_hour_makes_no_second_one(self, world):
        first = own_data.request_export(account=world.county_account, at=world.now)
        assert own_data.request_export(account=world.county_account, at=world.later(minutes=59)) == first
        assert own_data.request_export(account=world.county_account, at=world.later(minutes=61)) != first

    def test_a_large_one_is_made_by_a_worker(self, world, settings, monkeypatch):
        from qianchang.people.privacy import tasks

        settings.DATA_EXPORT_INLINE_ROWS = 0
        sent = []
        monkeypatch.setattr(tasks.make_data_export, "delay", lambda **given: sent.append(given))
        export = own_data.request_export(account=world.county_account, at=world.now)
        assert (export.state, sent) == ("waiting", [{"export_id": export.pk}])
        assert own_data.make(export_id=export.pk, at=world.now).state == "ready"

    def test_without_a_broker_it_waits_for_the_beat_and_says_so(
        self, world, settings, monkeypatch, signed_in
    ):
        from qianchang.people.privacy import tasks

        def nobody_there(**given):
            raise OSError("no broker")

        settings.DATA_EXPORT_INLINE_ROWS = 0
        monkeypatch.setattr(tasks.make_data_export, "delay", nobody_there)
        page = signed_in(world.county_account).post(reverse("privacy:export"), follow=True)
        assert "几分钟后" in page.content.decode()
        export = DataExport.objects.get()
        assert own_data.make_waiting(at=export.requested_at) == 0
        assert own_data.make_waiting(at=export.requested_at + timedelta(minutes=5)) == 1
        assert own_data.make_waiting(at=export.requested_at + timedelta(minutes=9)) == 0
        assert [path.name for path in own_data.file_of(export).parent.iterdir()] == [
            f"{export.public_id}.zip"
        ]

    def test_one_that_cannot_be_made_holds_no_other_up_and_says_so(self, world, settings, monkeypatch):
        from qianchang.people.privacy import tasks

        settings.DATA_EXPORT_INLINE_ROWS = 0
        monkeypatch.setattr(tasks.make_data_export, "delay", lambda **given: None)
        accounts = (world.county_account, world.second_county_lawyer.account)
        first, second = (own_data.request_export(account=account, at=world.now) for account in accounts)
        written = own_data._write

        def fails_once(file, subject, *, at):
            if subject.rows["people.account"] == accounts[0].pk:
                raise OSError("disk full")
            written(file, subject, at=at)

        monkeypatch.setattr(own_data, "_write", fails_once)
        assert own_data.make_waiting(at=world.later(minutes=6)) == 1
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("failed", "ready")

    def test_nothing_is_left_of_a_file_whose_owner_was_erased_while_it_was_made(
        self, world, settings, monkeypatch
    ):
        from qianchang.people.privacy import tasks

        settings.DATA_EXPORT_INLINE_ROWS = 0
        monkeypatch.setattr(tasks.make_data_export, "delay", lambda **given: None)
        export = own_data.request_export(account=world.county_account, at=world.now)
        written = own_data._write

        def erased_meanwhile(file, subject, *, at):
            written(file, subject, at=at)
            erasure.erase_subject(subject, at=at)

        monkeypatch.setattr(own_data, "_write", erased_meanwhile)
        assert own_data.make_waiting(at=world.later(minutes=6)) == 0
        assert list(own_data.file_of(export).parent.iterdir()) == []

    def test_what_a_maker_that_died_left_behind_goes_after_a_day(self, world, settings):
        export = own_data.request_export(account=world.county_account, at=world.now)
        left = own_data.file_of(export).with_suffix(".1234.part")
        left.write_bytes(b"half")
        long_ago = (world.now - timedelta(days=2)).timestamp()
        os.utime(left, (long_ago, long_ago))
        own_data.expire(at=world.now)
        assert not left.exists()
        assert own_data.file_of(export).exists()

    def test_a_formula_stays_a_text(self, world):
        world.county_account.display_name = "=1+1"
        world.county_account.save(update_fields=["display_name"])
        export = own_data.request_export(account=world.county_account, at=world.now)
        archive = zipfile.ZipFile(own_data.file_of(export))
        assert ",'=1+1," in archive.read("tables/people.Account.csv").decode()


class TestConsents:
    def test_the_texts_are_shipped_in_both_languages(self, world):
        texts = consents.texts_in_force(on=world.later(days=60).date())
        assert [text.kind for text in texts] == ["privacy", "recognition"]
        assert all(text.text_zh and text.text_en and text.title_zh and text.title_en for text in texts)
        consents.load_texts()
        assert ConsentText.objects.count() == 2

    def test_somebody_agrees_once_and_it_is_kept_which_version(self, world, signed_in):
        browser = signed_in(world.county_account)
        text = ConsentText.objects.get(kind="privacy")
        for _twice in range(2):
            assert (
                browser.post(reverse("privacy:consent"), {"text": text.pk, "do": "give"}).status_code == 302
            )
        assert [(each.account, each.text) for each in Consent.objects.all()] == [(world.county_account, text)]

    def test_a_new_version_is_asked_for_and_blocks_nothing(self, world, signed_in):
        text = ConsentText.objects.get(kind="privacy")
        consents.give(account=world.county_account, text=text, at=world.now)
        at = world.later(days=90)
        assert not consents.is_due(world.county_account, at=at)
        text.pk, text.version, text.effective_date = None, 2, world.day
        text.save()
        assert consents.is_due(world.county_account, at=at)
        browser = signed_in(world.county_account)
        assert "有新版本" in browser.get(reverse("privacy:my_data")).content.decode()
        assert browser.get("/my/").status_code == 200

    def test_what_is_not_needed_can_be_taken_back(self, world):
        text = ConsentText.objects.get(kind="recognition")
        for _twice in range(2):
            consents.give(account=world.county_account, text=text, at=world.now)
            consents.withdraw(account=world.county_account, text=text, at=world.later(days=1))
        assert Consent.objects.filter(withdrawn_at__isnull=False).count() == 2

    def test_what_the_platform_does_cannot(self, world):
        text = ConsentText.objects.get(kind="privacy")
        with pytest.raises(consents.UnableToWithdraw):
            consents.withdraw(account=world.county_account, text=text, at=world.now)

    @pytest.mark.parametrize("text", ["", "0", "x", "9" * 30])
    def test_a_text_that_is_not_there_is_not_found(self, text, world, signed_in):
        answer = signed_in(world.county_account).post(reverse("privacy:consent"), {"text": text})
        assert answer.status_code == 404


class TestMyErasure:
    def test_one_asks_and_takes_it_back(self, world, signed_in):
        browser = signed_in(world.county_account)
        address = reverse("privacy:erase_me")
        refused = browser.post(address, {})
        assert "要删除请先勾选" in refused.content.decode()
        assert ErasureRequest.objects.count() == 0
        browser.post(address, {"sure": "on"})
        assert ErasureRequest.objects.get().is_open
        assert "你已申请删除" in browser.get(reverse("privacy:my_data")).content.decode()
        browser.post(address)
        assert ErasureRequest.objects.get().state == "withdrawn"
        assert mail.outbox == []

    def test_an_open_session_is_not_enough(self, world, found_open):
        answer = found_open(world.county_account).post(reverse("privacy:erase_me"), {"sure": "on"})
        assert "reauthenticate" in answer["Location"]
        assert ErasureRequest.objects.count() == 0


class TestTheDesk:
    def test_one_proposes_and_another_carries_it_out(self, world, signed_in):
        first, second = signed_in(world.beneficiary_officer), signed_in(world.second_beneficiary_officer)
        lawyer = world.unactivated_lawyer
        first.post(reverse("erasures:propose", args=[lawyer.pk]), {"reason": "本人书面申请"})
        request = ErasureRequest.objects.get()
        address = reverse("erasures:erasure", args=[request.pk])
        assert "carry-out" not in first.get(address).content.decode()
        assert "carry-out" in second.get(address).content.decode()
        second.post(address, {"do": "carry-out"})
        request.refresh_from_db()
        assert request.state == "done"
        page = second.get(reverse("erasures:erasures")).content.decode()
        assert lawyer.name not in page
        assert "已执行" in page

    def test_whoever_signs_in_here_says_no_on_their_own_page(self, world, signed_in):
        first, second = signed_in(world.beneficiary_officer), signed_in(world.second_beneficiary_officer)
        first.post(reverse("erasures:propose", args=[world.county_lawyer.pk]), {"reason": "本人书面申请"})
        request = ErasureRequest.objects.get()
        address = reverse("erasures:erasure", args=[request.pk])
        assert "carry-out" not in second.get(address).content.decode()
        second.post(address, {"do": "carry-out"})
        own = signed_in(world.county_account)
        assert "提出删除你的个人信息" in own.get(reverse("privacy:my_data")).content.decode()
        assert "不同意删除" in own.get(reverse("privacy:erase_me")).content.decode()
        own.post(reverse("privacy:erase_me"))
        request.refresh_from_db()
        assert (request.state, request.decided_by) == ("refused", world.county_account)
        assert Lawyer.objects.get(pk=world.county_lawyer.pk).name == "韦晓岚"

    @pytest.mark.parametrize("reason", ["", "x", "证号 14510201811223344"])
    def test_a_bad_reason_changes_nothing(self, reason, world, signed_in):
        page = signed_in(world.beneficiary_officer).post(
            reverse("erasures:propose", args=[world.county_lawyer.pk]), {"reason": reason}
        )
        assert 'id="error-summary"' in page.content.decode()
        assert ErasureRequest.objects.count() == 0

    def test_somebody_elses_roster_is_not_there(self, world, signed_in):
        proposed = erasure.propose(
            lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=world.now
        )
        browser = signed_in(world.yunnan_officer)
        assert browser.get(reverse("erasures:propose", args=[world.county_lawyer.pk])).status_code == 404
        assert browser.get(reverse("erasures:erasure", args=[proposed.pk])).status_code == 404
        assert "韦晓岚" not in browser.get(reverse("erasures:erasures")).content.decode()

    @pytest.mark.parametrize("who", ["county_account", "supporting_officer", "national_officer", "editor"])
    def test_it_is_no_page_of_others(self, who, world, signed_in):
        assert signed_in(getattr(world, who)).get(reverse("erasures:erasures")).status_code == 403

    def test_the_list_takes_the_same_queries_however_long(
        self, world, signed_in, django_assert_max_num_queries
    ):
        browser = signed_in(world.beneficiary_officer)
        lawyers = [world.county_lawyer, world.second_county_lawyer, world.unactivated_lawyer]
        for lawyer in lawyers:
            erasure.propose(lawyer=lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=world.now)
        with django_assert_max_num_queries(14):
            browser.get(reverse("erasures:erasures"))


def test_the_to_do_list_of_a_colleague_names_what_waits_and_ones_own_does_not(world):
    erasure.propose(
        lawyer=world.county_lawyer, reason="本人书面申请", by=world.beneficiary_officer, at=world.now
    )
    (group,) = waiting_erasures(world.second_beneficiary_officer, world.day)
    assert (group.count, group.tasks[0].note) == (1, "本人书面申请")
    assert "韦晓岚" not in str(group)
    assert list(waiting_erasures(world.beneficiary_officer, world.day)) == []
    assert list(waiting_erasures(world.yunnan_officer, world.day)) == []
    assert list(waiting_erasures(world.county_account, world.day)) == []
