"""Asking for an image: once for each disc, only for what fits and is ready; and its way through the line of work."""

import shutil
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now
from django.utils import timezone

from media_pipeline import api
from media_pipeline.conductor import alarms, leases, reconciler, work
from media_pipeline.conductor.discs import claims, operations
from media_pipeline.conductor.discs import work as disc_work
from media_pipeline.conductor.models import DiscImage, DiscPiece
from media_pipeline.packaging.discs import spec as specs
from media_pipeline.packaging.discs import titles
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import OutdatedFile
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Notice
from qianchang.people.notices import wording
from tests.media_pipeline import factories, jobs
from tests.media_pipeline.discs.discs import MINUTE_MS, disc, lecture, ready

pytestmark = pytest.mark.django_db
CODE = (600_000, 660_000, "4711")


@pytest.fixture
def recording(world):
    return ready(world.expert, at=world.now)


@pytest.fixture
def asked(recording, world):
    """An image that somebody asked for."""
    return api.ask_for_disc_image(disc(lecture(recording.pk, codes=(CODE,))), at=world.now)


def row(public_id):
    return DiscImage.objects.get(public_id=public_id)


def claim(public_id, world, worker="sichuan:1:a"):
    return claims.claim(image_id=row(public_id).pk, worker=worker, at=world.now)


def other_cut(recording, world):
    """An image of the same lecture with its code at another place: it shares no piece."""
    elsewhere = ((1_200_000, 1_260_000, "4711"),)
    return api.ask_for_disc_image(disc(lecture(recording.pk, codes=elsewhere), serial="D-0058"), at=world.now)


def a_piece(recording, image, name):
    (plan,) = titles.plans_of(specs.read(image.spec))
    return DiscPiece.objects.create(
        recording=recording, title_key=plan.key, kind="sound", number=0, file=name, size_bytes=1, units=1,
        made_at=image.asked_at,
    )  # fmt: skip


def let_the_lease_run_out():
    past = ExpressionWrapper(Now() - timedelta(seconds=1), output_field=DateTimeField())
    DiscImage.objects.filter(state="running").update(lease_until=past)


class TestAsking:
    def test_the_same_disc_is_made_once_however_often_it_is_asked_for(self, asked, recording, world):
        again = api.ask_for_disc_image(disc(lecture(recording.pk, codes=(CODE,))), at=world.now)
        other = api.ask_for_disc_image(
            disc(lecture(recording.pk, codes=(CODE,)), serial="D-0058"), at=world.now
        )
        assert again == asked != other
        assert DiscImage.objects.count() == 2

    def test_the_database_itself_refuses_a_second_one(self, asked):
        first = row(asked)
        with pytest.raises(IntegrityError), transaction.atomic():
            DiscImage.objects.create(
                serial=first.serial, spec=first.spec, digest=first.digest, composition=first.composition,
                state="queued", asked_at=first.asked_at,
            )  # fmt: skip

    def test_one_that_is_too_long_is_refused_with_the_minutes(self, recording, world):
        whole = api.minutes_that_fit() * MINUTE_MS
        long = disc(lecture(recording.pk, until_ms=whole), lecture(recording.pk, until_ms=17 * MINUTE_MS))
        with pytest.raises(api.UnableToMakeDisc, match="多 17 分钟"):
            api.ask_for_disc_image(long, at=world.now)
        assert not DiscImage.objects.exists()

    def test_a_lecture_that_is_not_ready_is_named(self, world):
        unfinished = factories.received(world.expert, at=world.now)
        with pytest.raises(api.UnableToMakeDisc, match="“医疗损害鉴定”"):
            api.ask_for_disc_image(disc(lecture(unfinished.pk)), at=world.now)

    def test_a_part_beyond_the_end_of_the_recording_is_refused(self, recording, world):
        with pytest.raises(api.UnableToMakeDisc, match="“医疗损害鉴定”"):
            api.ask_for_disc_image(disc(lecture(recording.pk, until_ms=46 * MINUTE_MS)), at=world.now)

    def test_it_waits_and_says_so(self, asked):
        summary = api.disc_image(asked)
        assert (summary.state, summary.percent, summary.sha256) == ("queued", 0, "")
        assert summary.sentence == "正在等待空闲的处理机。"

    def test_several_are_read_with_one_query(self, asked, recording, world, django_assert_num_queries):
        other = api.ask_for_disc_image(disc(lecture(recording.pk), serial="D-0058"), at=world.now)
        with django_assert_num_queries(1):
            assert set(api.disc_images([asked, other, uuid4()])) == {asked, other}

    def test_one_that_nobody_asked_for_is_unknown(self, world):
        with pytest.raises(api.DiscImageUnknown):
            api.disc_image(uuid4())
        with pytest.raises(api.DiscImageUnknown):
            api.disc_image_link(uuid4(), viewer_id=1, at=world.now)


class TestTheLine:
    def test_one_worker_has_it_and_the_other_gets_nothing(self, asked, world):
        assert claim(asked, world)
        assert claim(asked, world, "yunnan:2:b") is None

    def test_two_discs_of_one_master_go_one_after_the_other(self, asked, recording, world):
        second = disc(lecture(recording.pk, codes=((*CODE[:2], "0815"),)), serial="D-0058")
        api.ask_for_disc_image(second, at=world.now)
        held = claims.claim_next(worker="sichuan:1:a", at=world.now)
        assert held is not None
        assert claims.claim_next(worker="yunnan:2:b", at=world.now) is None
        leases.finish(held, at=world.now, size_bytes=1, sha256="a" * 64)
        assert claims.claim_next(worker="yunnan:2:b", at=world.now) is not None

    def test_a_dead_workers_disc_is_handed_out_again_and_the_late_one_changes_nothing(self, asked, world):
        late = claim(asked, world)
        let_the_lease_run_out()
        assert reconciler.reconcile(at=world.now) == 1
        again = claim(asked, world, "yunnan:2:b")
        assert again.fence == late.fence + 1
        with pytest.raises(leases.LeaseLost):
            leases.finish(late, at=world.now, size_bytes=1, sha256="a" * 64)
        assert row(asked).state == "running"

    def test_after_the_last_attempt_it_has_failed_and_that_is_announced(
        self, asked, world, django_capture_on_commit_callbacks
    ):
        heard = []

        def hear(public_id, at, **_signal):
            heard.append(public_id)

        api.disc_image_failed.connect(hear)
        for attempt in range(1, DiscImage.MAX_ATTEMPTS + 1):
            held = claim(asked, world, f"sichuan:{attempt}:a")
            with django_capture_on_commit_callbacks(execute=True):
                claims.give_up(held, code=Failure.OUTPUT_WRONG, log="", at=world.now)
            DiscImage.objects.update(not_before=None)
        assert heard == [asked]
        assert api.disc_image(asked).state == "failed"
        assert "管理员" in api.disc_image(asked).sentence
        assert claim(asked, world) is None

    def test_administrators_are_told_of_one_that_failed_twice_and_only_once(self, asked, world, monkeypatch):
        usage = SimpleNamespace(total=100, used=10, free=90)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
        assert world.administrator
        for attempt in (1, 2):
            claims.give_up(claim(asked, world), code=Failure.OUTPUT_WRONG, log="", at=world.now)
            DiscImage.objects.update(not_before=None)
            alarms.raise_alarms(at=world.now)
            alarms.raise_alarms(at=world.now)
            assert Notice.objects.filter(account=world.administrator).count() == attempt - 1
        assert "D-0057" in wording.said(Notice.objects.get(account=world.administrator)).text

    def test_one_that_failed_may_be_asked_for_again(self, asked, recording, world):
        claims.refuse(claim(asked, world), code=Failure.SILENT, log="", at=world.now)
        again = api.ask_for_disc_image(disc(lecture(recording.pk, codes=(CODE,))), at=world.now)
        assert again != asked

    def test_a_full_disk_costs_no_attempt(self, asked, world):
        held = claim(asked, world)
        claims.give_up(held, code=Failure.NO_SPACE, log="", at=world.now, outage=True)
        image = row(asked)
        assert (image.state, image.attempt) == ("queued", 0)
        assert image.not_before is not None
        assert "没有足够" in api.disc_image(asked).sentence or "空间" in api.disc_image(asked).sentence

    def test_a_lecture_goes_first_until_a_disc_has_waited_for_half_an_hour(self, asked, world, monkeypatch):
        done = []
        monkeypatch.setattr(work, "run_stage", lambda run: done.append("lecture"))
        monkeypatch.setattr(disc_work, "make_disc", lambda held, pulse, folder: done.append("disc"))
        planned = jobs.planned(world)
        planned.jobs.exclude(kind="slides").delete()
        planned.jobs.update(state="queued", queued_at=world.now)
        DiscImage.objects.update(queued_at=timezone.now())
        work.work_next("long")
        assert done == ["lecture"]
        planned.jobs.update(state="queued", attempt=0)
        DiscImage.objects.update(queued_at=timezone.now() - timedelta(minutes=31))
        work.work_next("long")
        assert done == ["lecture", "disc"]

    def test_other_queues_make_no_discs(self, asked, world):
        assert not work.work_next("short")
        assert row(asked).state == "queued"


class TestNoLongerWanted:
    def test_its_worker_learns_of_it_at_the_next_heartbeat(self, asked, world):
        held = claim(asked, world)
        assert api.cancel_disc_image(asked, by=world.supporting_officer, at=world.now)
        with pytest.raises(leases.LeaseLost):
            leases.renew(held)
        assert api.disc_image(asked).state == "cancelled"

    def test_what_is_finished_stays(self, asked, world):
        leases.finish(claim(asked, world), at=world.now, size_bytes=1, sha256="a" * 64)
        assert not api.cancel_disc_image(asked, by=world.supporting_officer, at=world.now)
        assert api.disc_image(asked).state == "done"

    def test_one_that_failed_is_wanted_no_longer_either(self, asked, world):
        claims.refuse(claim(asked, world), code=Failure.SILENT, log="", at=world.now)
        assert api.cancel_disc_image(asked, by=world.supporting_officer, at=world.now)
        assert api.disc_image(asked).state == "cancelled"

    def test_the_pieces_that_nobody_joins_go_after_a_week(self, asked, recording, world):
        kept = a_piece(recording, row(asked), "kept")
        own = a_piece(recording, row(other_cut(recording, world)), "own")
        for public_id in DiscImage.objects.values_list("public_id", flat=True):
            api.cancel_disc_image(public_id, by=world.supporting_officer, at=world.now)
        again = disc(lecture(recording.pk, codes=(CODE,)), serial="D-0059")
        api.ask_for_disc_image(again, at=world.now)
        assert operations.drop_unused_pieces(at=world.now + timedelta(days=6)) == 0
        assert operations.drop_unused_pieces(at=world.now + timedelta(days=7)) == 1
        assert operations.drop_unused_pieces(at=world.now + timedelta(days=8)) == 0
        assert list(DiscPiece.objects.all()) == [kept]
        assert list(OutdatedFile.objects.values_list("name", flat=True)) == [own.file]

    def test_who_asks_again_within_the_week_has_another_week(self, asked, recording, world):
        kept = a_piece(recording, row(asked), "kept")
        for day in (0, 7):
            failed_at = world.now + timedelta(days=day)
            again = api.ask_for_disc_image(disc(lecture(recording.pk, codes=(CODE,))), at=failed_at)
            claims.refuse(claim(again, world), code=Failure.SILENT, log="", at=failed_at)
        assert DiscImage.objects.filter(state="failed").count() == 2
        assert operations.drop_unused_pieces(at=world.now + timedelta(days=8)) == 0
        assert list(DiscPiece.objects.all()) == [kept]
        assert operations.drop_unused_pieces(at=world.now + timedelta(days=14)) == 1

    def test_an_image_is_kept_for_a_while_and_its_digest_for_ever(self, asked, world, recording):
        leases.finish(
            claim(asked, world), at=world.now, size_bytes=9, sha256="a" * 64, file="discs/x/1/disc.iso"
        )
        assert operations.drop_old_images(at=world.now + timedelta(days=44)) == 0
        assert operations.drop_old_images(at=world.now + timedelta(days=46)) == 1
        summary = api.disc_image(asked)
        assert (summary.state, summary.size_bytes, summary.sha256) == ("dropped", 9, "a" * 64)
        assert OutdatedFile.objects.filter(name="discs/x/1/disc.iso").exists()
        again = api.ask_for_disc_image(disc(lecture(recording.pk, codes=(CODE,))), at=world.now)
        assert again != asked

    def test_what_is_done_is_written_down_without_the_codes(self, asked, world):
        api.cancel_disc_image(asked, by=world.supporting_officer, at=world.now)
        entries = AuditEntry.objects.filter(object_type="disc image")
        assert [entry.verb for entry in entries.order_by("pk")] == [
            "disc image asked",
            "disc image cancelled",
        ]
        assert "4711" not in str([vars(entry) for entry in entries])
