"""What the buttons of the queue page do, and what they say when it is too late."""

import re

import pytest
from django.utils import timezone

from media_pipeline.conductor import operations
from media_pipeline.conductor.overview import Filter, queue_overview
from media_pipeline.recordings.models import Recording
from qianchang.groundwork.models import AuditEntry
from tests.media_pipeline import factories
from tests.media_pipeline.queued import HOME, Kind, State, broken, done, job, lecture, text_of


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def admin(world, client_for):
    return client_for(world.administrator)


def test_retry_begins_again_what_failed(world, now, admin):
    recording = broken(world.expert, now)
    response = admin.post(f"{HOME}recordings/{recording.public_id}/retry/", {"next": f"{HOME}?state=failed"})
    assert response["Location"] == f"{HOME}?state=failed"
    failed = recording.jobs.get(kind="chunk")
    assert failed.state in (State.WAITING, State.QUEUED)
    assert recording.jobs.get(kind="probe").state == State.DONE
    assert AuditEntry.objects.get(verb="retry processing").actor_id == world.administrator.pk


def test_cancel_asks_first_and_then_stops_the_work(world, now, admin):
    recording = lecture(world.expert, now)
    address = f"{HOME}recordings/{recording.public_id}/cancel/"
    asked = admin.get(address)
    assert "医疗损害鉴定.mp4" in text_of(asked)
    assert recording.jobs.filter(state=State.RUNNING).exists()
    admin.post(address)
    assert not recording.jobs.filter(state__in=[State.RUNNING, State.QUEUED, State.WAITING]).exists()
    recording.refresh_from_db()
    assert recording.state == Recording.State.CANCELLED


def test_sooner_puts_a_recording_first(world, now, admin):
    first, second = lecture(world.expert, now), lecture(world.expert, now, name="b")
    waiting = second.jobs.filter(state=State.QUEUED).first()
    admin.post(f"{HOME}jobs/{waiting.pk}/sooner/")
    waiting.refresh_from_db()
    assert waiting.priority > max(first.jobs.values_list("priority", flat=True))


def test_transcoding_again_says_its_price_and_begins_a_new_generation(world, now, admin):
    recording = lecture(world.expert, now)
    recording.jobs.exclude(state=State.DONE).update(**done(now), state=State.DONE)
    recording.jobs.filter(kind=Kind.PROBE).update(output={"duration_ms": 1_200_000, "demuxer": "mov,mp4"})
    address = f"{HOME}recordings/{recording.public_id}/again/"
    assert re.search(r"大约要忙 \d+ 分钟", text_of(admin.get(address)))
    admin.post(address)
    recording.refresh_from_db()
    assert recording.generation == 2
    assert recording.jobs.filter(generation=2, kind=Kind.PROBE, state=State.QUEUED).exists()


@pytest.mark.parametrize("act", ["retry", "cancel", "again", "drop"])
def test_a_button_pressed_too_late_says_so_and_changes_nothing(world, now, admin, act):
    recording = lecture(world.expert, now)
    if act == "cancel":
        recording.jobs.update(state=State.DONE)
    before = list(recording.jobs.order_by("pk").values())
    response = admin.post(f"{HOME}recordings/{recording.public_id}/{act}/", follow=True)
    assert 'class="note er"' in response.content.decode()
    assert list(recording.jobs.order_by("pk").values()) == before
    assert not AuditEntry.objects.filter(object_type="recording", actor_id=world.administrator.pk).exists()


def test_sooner_for_a_job_that_waits_no_more_says_so(world, now, admin):
    recording = lecture(world.expert, now)
    recording.jobs.update(state=State.DONE)
    response = admin.post(f"{HOME}jobs/{recording.jobs.first().pk}/sooner/", follow=True)
    assert 'class="note er"' in response.content.decode()
    assert set(recording.jobs.values_list("priority", flat=True)) == {0}


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/office/queue/", "/cms/", "javascript:1"]
)
def test_nobody_is_led_elsewhere(world, now, admin, elsewhere):
    recording = broken(world.expert, now)
    response = admin.post(f"{HOME}recordings/{recording.public_id}/retry/", {"next": elsewhere})
    assert response["Location"] == HOME
    asked = admin.get(f"{HOME}recordings/{recording.public_id}/again/", {"next": elsewhere})
    assert f'name="next" value="{HOME}"' in asked.content.decode()


def test_an_original_is_deleted_only_after_a_question(world, now, admin):
    recording = broken(world.expert, now)
    address = f"{HOME}recordings/{recording.public_id}/drop/"
    assert f'href="{address}' in admin.get(f"{HOME}?state=failed").content.decode()
    assert "永久删除" in text_of(admin.get(address))
    recording.refresh_from_db()
    assert recording.original_file == "x/original"
    admin.post(address)
    recording.refresh_from_db()
    assert recording.original_file == ""
    assert AuditEntry.objects.get(verb="original dropped").actor_id == world.administrator.pk
    [group] = queue_overview(which=Filter(state="failed"), at=now).groups
    assert (group.can_retry, group.can_transcode_again, group.can_drop) == (False, False, False)


def test_a_refused_file_offers_no_retry(world, now):
    recording = broken(world.expert, now)
    Recording.objects.filter(pk=recording.pk).update(state="refused")
    [group] = queue_overview(which=Filter(state="refused"), at=now).groups
    assert (group.can_retry, group.can_transcode_again) == (False, True)


def test_an_upload_is_not_cancelled_by_cancelling_the_look_at_it(world, now):
    recording = factories.received(world.expert, at=now, state="uploading")
    job(recording, Kind.CHECK, State.QUEUED, queued_at=now)
    [group] = queue_overview(which=Filter(), at=now).groups
    assert not group.can_cancel


def test_a_cancelled_recording_can_be_retried_from_the_queue(world, now, admin):
    recording = lecture(world.expert, now)
    operations.cancel(recording_id=recording.pk, by=world.administrator, at=now)
    [group] = queue_overview(which=Filter(state="cancelled"), at=now).groups
    assert (group.can_retry, group.can_cancel) == (True, False)
    admin.post(f"{HOME}recordings/{recording.public_id}/retry/")
    assert queue_overview(which=Filter(state="cancelled"), at=now).groups == ()
