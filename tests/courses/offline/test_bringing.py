"""What a stick recorded comes back: hours once, in any order, weeks later; and what is not believed changes nothing."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.attendance import packs, registries
from courses.attendance.models import Coverage, Playback, PresenceCheck, WatchedSpan
from courses.attendance.rules import Refusal
from courses.credits.models import CreditEntry
from courses.offline import rules
from courses.offline.bringing import UnableToTake, bring_back
from courses.offline.making import make_stick, revoke_stick
from courses.offline.models import Bundle
from courses.offline.rules import Doubt
from courses.offline.wording import doubt_sentence
from qianchang.groundwork.models import AuditEntry
from tests.courses.attendance.simulation import percent_credited
from tests.courses.offline.simulation import OldPc, signed

pytestmark = pytest.mark.django_db

DAY = 24 * 60


@pytest.fixture
def bring(world, evening):
    """Return a function that brings a record back, days after the evening, and says what became of it."""

    def bring(data, *, by=None, days=2):
        return bring_back(data=data, by=by or world.county_account, at=evening + timedelta(days=days))

    return bring


@pytest.fixture
def refused(bring, credits_nothing):
    """Return a function that brings a record back and expects a sentence, and that nothing was changed."""

    def bring_in_vain(data, doubt, **more):
        with pytest.raises(UnableToTake) as error:
            bring(data, **more)
        assert str(error.value) == doubt_sentence(doubt)
        credits_nothing()

    return bring_in_vain


@pytest.fixture
def credits_nothing():
    def check():
        assert not WatchedSpan.objects.exists()
        assert not Playback.objects.exists()
        assert not PresenceCheck.objects.exists()
        assert not CreditEntry.objects.exists()

    return check


@pytest.fixture
def credited(world, version):
    return lambda: percent_credited(world.county_lawyer, version)


class TestHoursOnce:
    def test_a_lecture_watched_on_a_stick_gives_its_hours_as_a_late_bundle(self, pc, bring, credited):
        taken = bring(pc().play(0, 120, at=0).type_codes().save())
        entry = CreditEntry.objects.get()
        assert (entry.hours, entry.grade, entry.mode_code) == (2.5, "B", "network_video")
        assert credited() == 100
        assert (taken.bundle.verdict, taken.bundle.spans, taken.bundle.spans_refused) == ("accepted", 120, 0)
        assert taken.outcomes[0].award.hours == 2.5

    def test_it_is_grade_b_also_when_it_comes_back_the_same_evening(self, pc, bring):
        bring(pc().play(0, 120, at=0).type_codes().save(), days=0.2)
        assert CreditEntry.objects.get().grade == "B"

    def test_the_same_file_again_changes_nothing_and_says_so(self, pc, bring):
        data = pc().play(0, 120, at=0).type_codes().save()
        first = bring(data)
        again = bring(data, days=9)
        assert (first.repeated, again.repeated) == (False, True)
        assert again.bundle == first.bundle
        assert (Bundle.objects.count(), CreditEntry.objects.count()) == (1, 1)
        assert WatchedSpan.objects.count() == 120
        assert again.outcomes[0].award.hours == 2.5

    def test_a_later_record_of_the_same_opening_adds_only_what_is_new(self, pc, bring, credited):
        computer = pc()
        early = computer.play(0, 60, at=0).save()
        late = computer.play(60, 120, at=60).type_codes().save()
        bring(early)
        assert credited() == 50
        bring(late)
        assert credited() == 100
        assert CreditEntry.objects.count() == 1

    def test_an_older_record_after_the_newer_one_changes_nothing(self, pc, bring, credited):
        computer = pc()
        early = computer.play(0, 60, at=0).save()
        late = computer.play(60, 120, at=60).type_codes().save()
        bring(late)
        bring(early)
        assert credited() == 100
        assert (CreditEntry.objects.count(), WatchedSpan.objects.count()) == (1, 120)

    def test_two_computers_add_up(self, pc, bring, credited):
        bring(pc().play(0, 60, at=0).save())
        bring(pc().play(60, 120, at=DAY).type_codes().save())
        assert credited() == 100
        assert CreditEntry.objects.count() == 1

    def test_it_comes_back_weeks_later(self, pc, bring, credited):
        bring(pc().play(0, 120, at=0).type_codes().save(), days=29)
        assert credited() == 100
        assert CreditEntry.objects.count() == 1

    def test_the_lawyer_need_not_have_an_account(self, world, lecture, evening, credited, version):
        lawyer = world.unactivated_lawyer
        stick = make_stick(
            lawyer=lawyer, lectures=[lecture], way="sound", by=world.county_contact, at=world.now
        )
        data = OldPc(stick, evening).play(0, 120, at=0).type_codes().save()
        bring_back(data=data, by=world.county_contact, at=evening + timedelta(days=3))
        assert CreditEntry.objects.get().lawyer == lawyer

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
    @given(order=st.permutations([0, 1, 2, 3, 0, 2]))
    def test_any_order_with_repeats_comes_to_the_same(self, world, lecture, evening, order):
        stick = make_stick(
            lawyer=world.second_county_lawyer,
            lectures=[lecture],
            way="light",
            by=world.county_contact,
            at=world.now,
        )
        one, other = OldPc(stick, evening), OldPc(stick, evening + timedelta(days=1))
        records = [
            one.play(0, 30, at=0).save(),
            one.play(50, 80, at=30).save(),
            other.play(20, 50, at=0).save(),
            other.play(80, 120, at=30).type_codes().save(),
        ]
        for place in order:
            bring_back(data=records[place], by=world.county_contact, at=evening + timedelta(days=3))
        for record in records:
            bring_back(data=record, by=world.county_contact, at=evening + timedelta(days=4))
        coverage = Coverage.objects.get(lawyer=world.second_county_lawyer)
        assert [tuple(each) for each in coverage.intervals_ms] == [(0, 120 * 60_000)]
        assert CreditEntry.objects.filter(lawyer=world.second_county_lawyer).count() == 1


class TestWhatIsNotBelieved:
    def test_a_record_with_one_digit_changed(self, pc, refused):
        data = pc().play(0, 60, at=0).save()
        assert b"3600000" in data
        refused(data.replace(b"3600000", b"7200000", 1), Doubt.ALTERED)
        assert not Bundle.objects.exists()

    def test_a_record_signed_with_another_sticks_key(self, pc, refused, world, lecture):
        other = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        refused(pc().play(0, 60, at=0).save(key=other.secret), Doubt.ALTERED)

    def test_a_record_of_another_stick_under_this_sticks_number_and_key(
        self, pc, refused, stick, world, lecture
    ):
        other = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        says = pc().play(0, 60, at=0).says() | {"id": str(other.public_id)}
        refused(signed(stick, says), Doubt.ALTERED)

    def test_a_stick_that_this_site_never_made(self, pc, refused, stick):
        data = pc().play(0, 60, at=0).save().replace(stick.number.encode(), b"U-9999")
        refused(data, Doubt.UNKNOWN)

    def test_somebody_elses_record_looks_like_one_of_no_stick(self, pc, refused, world):
        data = pc().play(0, 60, at=0).save()
        for stranger in (world.second_county_lawyer.account, world.yunnan_officer, world.editor):
            refused(data, Doubt.UNKNOWN, by=stranger)

    @pytest.mark.parametrize("who", ["county_contact", "beneficiary_officer", "county_account"])
    def test_whoever_enters_attendance_for_the_lawyer_brings_it(self, pc, bring, world, who, credited):
        bring(pc().play(0, 60, at=0).save(), by=getattr(world, who))
        assert credited() == 50

    def test_a_stick_that_was_declared_lost(self, pc, refused, stick, world, evening):
        data = pc().play(0, 120, at=0).type_codes().save()
        revoke_stick(
            stick=stick, reason="在车上丢了", by=world.county_account, at=evening + timedelta(days=1)
        )
        refused(data, Doubt.REVOKED)
        bundle = Bundle.objects.get()
        assert (bundle.verdict, bundle.reason) == ("refused", "revoked")
        # again: still refused, and kept once
        with pytest.raises(UnableToTake):
            bring_back(
                data=pc().play(0, 60, at=0).save(), by=world.county_account, at=evening + timedelta(days=2)
            )

    def test_what_was_brought_before_the_loss_stays(self, pc, bring, stick, world, evening):
        data = pc().play(0, 120, at=0).type_codes().save()
        bring(data)
        revoke_stick(stick=stick, reason="丢了", by=world.county_account, at=evening + timedelta(days=3))
        assert bring(data, days=4).repeated
        assert CreditEntry.objects.count() == 1

    def test_a_lecture_that_is_not_on_the_stick(self, pc, refused, stick):
        says = pc().play(0, 60, at=0).says()
        says["runs"][0]["spans"][0][1] += 1
        refused(signed(stick, says), Doubt.FOREIGN_LECTURE)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda run: run["spans"].append(["1", 1, 0, 1, 0, 1]),
            lambda run: run["spans"].append(run["spans"][0]),
            lambda run: run["spans"][0].__setitem__(3, 10**12),
            lambda run: run["spans"][0].__setitem__(2, -1),
            lambda run: run["spans"][0].__setitem__(5, 10**16),
            lambda run: run["spans"][0].pop(),
            lambda run: run.__setitem__("run", "../../etc"),
            lambda run: run.__setitem__("spans", {"a": 1}),
            lambda run: run.__setitem__("answers", [[1]]),
            lambda run: run["spans"][0].__setitem__(0, True),
        ],
    )
    def test_what_no_stick_can_have_played(self, pc, refused, stick, spoil):
        says = pc().play(0, 60, at=0).says()
        spoil(says["runs"][0])
        refused(signed(stick, says), Doubt.OUT_OF_BOUNDS)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff\xfe\x00",
            b"[]",
            b'{"qianchang": "other"}',
            b'{"qianchang": "stick-record", "form": 2}',
            b'{"qianchang": "stick-record", "form": 1, "stick": 7, "body": [], "signature": null}',
            b"[" * 100_000,
            b" " * (rules.MOST_BYTES + 1),
        ],
    )
    def test_files_that_are_no_records(self, refused, data, stick):
        refused(data, Doubt.UNREADABLE)

    def test_an_empty_record(self, pc, refused):
        refused(pc().save(), Doubt.EMPTY)

    def test_too_many_openings(self, pc, refused, stick):
        says = pc().play(0, 1, at=0).says()
        says["runs"] = [says["runs"][0] | {"run": f"{n:016x}"} for n in range(rules.MOST_RUNS + 1)]
        refused(signed(stick, says), Doubt.OUT_OF_BOUNDS)


class TestTheRulesOfWatching:
    def test_what_overlaps_another_stick_counts_once_and_says_why(
        self, pc, bring, credited, world, lecture, evening
    ):
        bring(pc().play(0, 60, at=0).save())
        second = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        taken = bring(OldPc(second, evening).play(60, 120, at=0).save())
        assert credited() == 50
        assert (taken.bundle.verdict, taken.bundle.reason) == ("refused", Refusal.PLAYED_ELSEWHERE)

    def test_what_overlaps_the_line_counts_once(self, pc, bring, credited, device):
        online = device("office").open()
        online.play(0, 60, at=0)
        online.send(at=61)
        taken = bring(pc().play(60, 120, at=30).save())
        assert credited() == 75
        assert (taken.bundle.verdict, taken.bundle.spans_refused) == ("in_part", 30)

    def test_eight_times_the_speed_is_an_eighth(self, pc, bring, credited):
        bring(pc().play(0, 120, at=0, rate=8).save())
        assert credited() == 13.1

    def test_before_the_stick_was_made_nothing_was_played(self, pc, bring, credited):
        taken = bring(pc().play(0, 60, at=-DAY).save())
        assert credited() == 0
        assert taken.bundle.reason == Refusal.OUTSIDE_THE_PLAYBACK

    def test_what_is_played_after_its_days_counts_nothing(self, pc, bring, credited):
        bring(pc().play(0, 60, at=(rules.DAYS + 2) * DAY).save(), days=rules.DAYS + 3)
        assert credited() == 0

    def test_what_comes_later_than_the_rule_allows_counts_nothing(self, pc, bring, credited):
        taken = bring(pc().play(0, 60, at=0).save(), days=31)
        assert credited() == 0
        assert taken.bundle.reason == Refusal.TOO_LATE

    def test_without_its_codes_there_are_no_hours(self, pc, bring):
        taken = bring(pc().play(0, 120, at=0).save())
        assert taken.outcomes[0].award is None
        assert not CreditEntry.objects.exists()

    def test_wrong_codes_are_written_down_and_give_nothing(self, pc, bring):
        bring(pc().play(0, 120, at=0).type_codes(wrong=True).save())
        assert set(PresenceCheck.objects.values_list("correct", flat=True)) == {False}
        assert not CreditEntry.objects.exists()

    def test_codes_of_another_stick_are_worthless_on_this_one(self, pc, bring, world, lecture, evening):
        second = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        computer = pc().play(0, 120, at=0)
        computer.answers = OldPc(second, evening).type_codes().answers
        bring(computer.save())
        assert not CreditEntry.objects.exists()

    def test_guessing_ends_after_ten_wrong_codes(self, pc, bring, stick):
        for guess in range(12):
            computer = pc()
            computer.answers = [[computer.version, 1, f"{guess:04d}", 0]]
            bring(computer.save())
        assert PresenceCheck.objects.filter(correct=False).count() == 10

    def test_a_stick_has_the_days_that_it_says(self, stick):
        assert (stick.expires_at - stick.made_at).days == rules.DAYS
        assert packs.PACK_DAYS < rules.DAYS


def test_every_record_that_is_taken_stands_in_the_audit_log(pc, bring, stick):
    bring(pc().play(0, 60, at=0).save())
    entry = AuditEntry.objects.get(verb="record brought back")
    assert (entry.object_key, entry.details["verdict"]) == (stick.number, "accepted")


def test_a_record_names_nobody(pc):
    inner = json.loads(json.loads(pc().play(0, 1, at=0).save())["body"])
    assert set(inner) == {"stick", "id", "number", "saved_ms", "runs", "sheet"}


def test_a_failing_credit_office_loses_no_evidence(pc, bring, credited, monkeypatch):
    data = pc().play(0, 120, at=0).type_codes().save()
    monkeypatch.setattr(registries, "after_evidence", lambda **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring(data)
    assert credited() == 100
    monkeypatch.undo()
    bring(data)
    assert CreditEntry.objects.count() == 1
