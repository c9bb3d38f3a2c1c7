"""Announcing, drawing and calling off: nobody can choose the sample, and nobody can throw it away."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models.base import Model

from programmes.quotas.models import QuotaEntry
from programmes.spot_checks import draw, files, operations, queries
from programmes.spot_checks.models import Drawing, FrameLine, Sampled, SpotCheck
from programmes.spot_checks.operations import UnableToAnnounce, UnableToCallOff, UnableToDraw
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from qianchang.people.models import Notice
from tests.programmes.spot_checks.factories import NUMBER

pytestmark = pytest.mark.django_db


class TestAnnouncing:
    def test_the_list_is_frozen_with_its_digest(self, checks):
        check = checks.announce()
        assert check.code == "SC-2026-001"
        assert [line.code for line in queries.frame_of(check)] == checks.codes
        content = files.frame_file(queries.frame_of(check))
        assert check.frame_sha256 == draw.frame_sha256(content)
        assert draw.codes_in(content) == checks.codes
        entry = AuditEntry.objects.get(verb="announced spot check")
        assert (entry.object_key, entry.details["sha256"]) == (check.code, check.frame_sha256)

    def test_a_session_that_is_taken_back_later_stays_in_the_list(self, checks, world):
        check = checks.announce()
        before = files.frame_file(queries.frame_of(check))
        entry = QuotaEntry.objects.earliest("pk")
        copy = {
            field.attname: getattr(entry, field.attname)
            for field in QuotaEntry._meta.concrete_fields
            if field.attname in ("session_id", "plan_id", "target_id", "supporter_id", "beneficiary_id")
        }
        take_back(entry, copy, at=checks.announced_at)
        assert files.frame_file(queries.frame_of(check)) == before
        later = checks.announce(size=1)
        assert later.frame_size == check.frame_size - 1

    def test_only_counted_sessions_of_the_months_and_sides_stand_in_it(self, checks, office, world):
        assert checks.codes
        office.confirmed(office.lecture("另一讲"), mode="onsite", on=date(2026, 10, 9))
        check = checks.announce(supporter=world.guangdong, beneficiary=world.guangxi)
        assert check.frame_size == 3
        with pytest.raises(UnableToAnnounce, match="没有"):
            checks.announce(beneficiary=world.yunnan)
        with pytest.raises(UnableToAnnounce, match="没有"):
            checks.announce(first_month="2026-09", last_month="2026-09")

    def test_the_same_announcement_again_is_the_first(self, checks):
        first = checks.announce()
        assert checks.announce() == first
        assert SpotCheck.objects.count() == 1
        assert checks.announce(size=3).code == "SC-2026-002"

    @pytest.mark.parametrize("size", [0, 4])
    def test_a_sample_that_the_list_does_not_have_is_refused_with_what_it_has(self, checks, size):
        with pytest.raises(UnableToAnnounce, match="3 场"):
            checks.announce(size=size)

    @pytest.mark.parametrize(
        "terms",
        [
            {"seed_date": date(2026, 11, 2)},
            {"seed_date": date(2026, 11, 1)},
            {"seed_date": date(2027, 3, 1)},
            {"seed_source": " \x00 "},
            {"first_month": "2026-13"},
            {"first_month": "2026-10", "last_month": "2026-09"},
            {"last_month": "2026-12"},
        ],
    )
    def test_terms_by_which_somebody_could_choose_are_refused(self, checks, terms):
        with pytest.raises(UnableToAnnounce):
            checks.announce(**terms)
        assert not SpotCheck.objects.exists()

    def test_each_side_checks_its_own(self, checks, world):
        own = checks.announce(supporter=world.guangdong, by=world.supporting_officer)
        assert own.association == world.guangdong
        received = checks.announce(beneficiary=world.guangxi, by=world.beneficiary_officer)
        assert received.association == world.guangxi
        assert checks.announce().association == world.national
        for officer in (world.yunnan_officer, world.administrator, world.county_account):
            with pytest.raises(PermissionDenied):
                checks.announce(supporter=world.guangdong, by=officer)
        with pytest.raises(PermissionDenied):
            checks.announce(by=world.supporting_officer)

    def test_both_sides_are_told(self, checks, world):
        assert world.second_supporting_officer
        assert world.yunnan_officer
        checks.announce()
        told = set(Notice.objects.filter(event="spot_check_announced").values_list("account", flat=True))
        assert told == {
            world.supporting_officer.pk,
            world.second_supporting_officer.pk,
            world.beneficiary_officer.pk,
        }


class TestDrawing:
    def test_the_sample_is_what_anybody_draws_from_the_file(self, checks):
        drawing = checks.drawn()
        assert drawing.seed == "SC-2026-001:03081522273109"
        content = files.frame_file(queries.frame_of(drawing.spot_check))
        drawn = [each.line.code for each in drawing.sample.order_by("rank")]
        assert drawn == draw.sample(drawing.seed, draw.codes_in(content), 2)

    def test_not_before_the_day_of_the_number(self, checks, world):
        check = checks.announce()
        with pytest.raises(UnableToDraw):
            operations.draw_sample(
                check=check, public_number=NUMBER, by=world.national_officer, at=checks.announced_at
            )
        assert not Drawing.objects.exists()

    @pytest.mark.parametrize("typed", ["", "12345", "1" * 61])
    def test_a_number_that_can_be_guessed_or_is_none_is_refused(self, checks, world, typed):
        check = checks.announce()
        with pytest.raises(UnableToDraw):
            operations.draw_sample(
                check=check, public_number=typed, by=world.national_officer, at=checks.drawn_at
            )

    def test_the_same_number_again_is_the_first_drawing_and_another_is_refused(self, checks, world):
        drawing = checks.drawn()
        assert checks.drawn(drawing.spot_check) == drawing
        with pytest.raises(UnableToDraw, match="03081522273109"):
            operations.draw_sample(
                check=drawing.spot_check,
                public_number="9999999",
                by=world.national_officer,
                at=checks.drawn_at,
            )
        assert Sampled.objects.count() == 2

    def test_only_the_checking_side_draws(self, checks, world):
        check = checks.announce(beneficiary=world.guangxi, by=world.beneficiary_officer)
        with pytest.raises(PermissionDenied):
            checks.drawn(check, by=world.supporting_officer)
        assert checks.drawn(check, by=world.second_beneficiary_officer)

    def test_a_list_that_was_tampered_with_is_not_drawn_from(self, checks, monkeypatch):
        check = checks.announce()
        shorter = queries.frame_of(check)[:-1]
        monkeypatch.setattr(queries, "frame_of", lambda _check: shorter)
        with pytest.raises(UnableToDraw):
            checks.drawn(check)


class TestCallingOff:
    def off(self, checks, check, by, at):
        return operations.call_off(check=check, reason="写错了月份。", by=by, at=at)

    def test_before_the_number_is_known_whoever_announced_may(self, checks, world):
        check = checks.announce()
        self.off(checks, check, world.national_officer, checks.announced_at)
        with pytest.raises(UnableToDraw):
            checks.drawn(check)
        with pytest.raises(UnableToAnnounce, match="SC-2026-001"):
            checks.announce()

    def test_from_its_day_on_it_takes_somebody_else(self, checks, world):
        check = checks.announce(beneficiary=world.guangxi, by=world.beneficiary_officer)
        with pytest.raises(UnableToCallOff):
            self.off(checks, check, world.beneficiary_officer, checks.drawn_at)
        checks.drawn(check, by=world.second_beneficiary_officer)
        with pytest.raises(UnableToCallOff):
            self.off(checks, check, world.second_beneficiary_officer, checks.drawn_at)
        done = self.off(checks, check, world.national_officer, checks.drawn_at)
        assert self.off(checks, check, world.national_officer, checks.drawn_at) == done

    def test_a_reason_is_asked_for_and_a_check_with_a_finding_goes_on(self, checks, world):
        drawing = checks.drawn()
        with pytest.raises(UnableToCallOff):
            operations.call_off(
                check=drawing.spot_check, reason=" ", by=world.national_officer, at=checks.announced_at
            )
        checks.fault(checks.sampled(drawing))
        with pytest.raises(UnableToCallOff):
            self.off(checks, drawing.spot_check, world.national_officer, checks.announced_at)

    def test_only_the_checking_side_may(self, checks, world):
        with pytest.raises(PermissionDenied):
            self.off(checks, checks.announce(), world.supporting_officer, checks.announced_at)


class TestTheDatabase:
    def test_no_row_is_changed_or_deleted(self, checks):
        checks.fault()
        for model in (SpotCheck, FrameLine, Drawing, Sampled):
            row: Model = model._default_manager.earliest("pk")
            with pytest.raises(AppendOnlyError):
                row.save()
            with pytest.raises(AppendOnlyError):
                row.delete()

    def test_a_sample_is_drawn_once_and_each_session_stands_once(self, checks, world):
        drawing = checks.drawn()
        check, first = drawing.spot_check, drawing.sample.get(rank=1)
        line = queries.frame_of(check)[0]
        doubled = (
            lambda: Drawing.objects.create(
                spot_check=check,
                digits="9",
                seed="9",
                drawn_by=world.national_officer,
                drawn_at=checks.drawn_at,
            ),
            lambda: Sampled.objects.create(drawing=drawing, rank=9, line=first.line),
            lambda: FrameLine.objects.create(
                spot_check=check, position=99, entry=line.entry, session=line.session, code=line.code
            ),
        )
        for twice in doubled:
            with pytest.raises(IntegrityError), transaction.atomic():
                twice()


def take_back(entry: QuotaEntry, same: dict[str, int], *, at) -> QuotaEntry:
    """Post the entry that takes one back, as two officers of the quota desk do."""
    from qianchang.groundwork import ledgers

    reversal = QuotaEntry(
        **same,
        mode_code=entry.mode_code,
        held_date=entry.held_date,
        effective_month=entry.effective_month,
        posted_month="2026-11",
        quantity=-1,
        reach=entry.reach,
        rule=entry.rule,
        reverses=entry,
        reason="重复。",
    )
    return ledgers.append(reversal, ledger=entry.ledger, at=at)
