"""Somebody is erased whose name, number or mask is also a word of lectures, of colleagues or of an office."""

from datetime import timedelta

import pytest

from courses.credits.models import CreditEntry
from qianchang.groundwork import audit
from qianchang.groundwork.models import AuditEntry
from qianchang.people.privacy import erasure
from qianchang.people.privacy.subjects import subject_of


@pytest.fixture
def folders(settings, tmp_path):
    settings.CERTIFICATE_DIR = tmp_path / "certificates"
    settings.STATE_DIR = tmp_path / "state"


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


class TestWordsThatMeanOtherThings:
    """What one person is called may be a word of lectures, of colleagues or of an office."""

    def test_a_short_name_stays_in_what_is_published_and_in_the_log(self, world, watched, at, folders):
        watched()
        lawyer = world.county_lawyer
        type(lawyer).objects.filter(pk=lawyer.pk).update(name="高峰")
        lawyer.refresh_from_db()
        lecture = CreditEntry.objects.get().lecture
        type(lecture).objects.filter(pk=lecture.pk).update(introduction="早高峰的交通事故")
        audit.record("noted", object_type="firm", object_key="9", by=None, at=at, why="避开高峰")
        outcome = erasure.erase_subject(subject_of(lawyer=lawyer, account=lawyer.account), at=at)
        lecture.refresh_from_db()
        assert lecture.introduction == "早高峰的交通事故"
        assert AuditEntry.objects.get(verb="noted").details == {"why": "避开高峰"}
        assert {"catalogue.LecturePage", "groundwork.AuditEntry"} <= {
            place["model"] for place in outcome["left"]
        }

    def test_the_firms_telephone_and_the_same_mask_stay_with_colleagues(self, world, watched, at, folders):
        watched()
        lawyer, colleague = world.county_lawyer, world.second_county_lawyer
        type(lawyer).objects.filter(pk__in=[lawyer.pk, colleague.pk]).update(phone="0776-2822333")
        mask = lawyer.masked_licence_number
        world.lawyer(f"14510200099{lawyer.licence_number[-6:]}", "陆文", world.napo_firm, account=False)
        for why in ("0776-2822333", mask):
            audit.record("noted", object_type="firm", object_key="9", by=None, at=at, why=why)
        lawyer.refresh_from_db()
        erasure.erase_subject(subject_of(lawyer=lawyer, account=lawyer.account), at=at)
        kept = [entry.details["why"] for entry in AuditEntry.objects.filter(verb="noted").order_by("pk")]
        assert kept == ["0776-2822333", mask]

    @pytest.mark.parametrize("username", ["expert", "national", "gx"])
    def test_a_user_name_that_is_a_word_blanks_nobody_elses_log(self, username, world, at, folders):
        account = world.expert
        type(account).objects.filter(pk=account.pk).update(username=username)
        account.refresh_from_db()
        audit.record("granted", object_type="role", object_key="0", by=None, at=at, role=f"{username}")
        wish = erasure.ask_for_own(account=account, at=at)
        assert erasure.carry_out_due(at=wish.due_at) == 1
        entry = AuditEntry.objects.get(verb="granted", object_key="0")
        assert entry.details == {"role": username}
