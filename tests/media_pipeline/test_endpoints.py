"""The API of recordings, and the door to the other rooms."""

import pytest

from media_pipeline import api
from media_pipeline.conductor import operations
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.sentences import SENTENCES, sentence
from tests.media_pipeline import factories


@pytest.fixture
def recording(world):
    recording = factories.received(world.expert, at=world.now, duration_ms=60_000)
    operations.plan_work(recording_id=recording.pk, at=world.now)
    factories.rendition(recording, at=world.now)
    return recording


def test_the_expert_sees_state_jobs_and_percent(recording, world, client_for):
    held = operations.claim(job_id=recording.jobs.get(kind="probe").pk, worker="w", at=world.now)
    assert held is not None
    operations.renew(held, percent=37)
    seen = client_for(world.expert).get(f"/api/v1/recordings/{recording.public_id}/").json()
    assert (seen["state"], seen["modes"][0]["average_kbits"]) == ("processing", 21)
    assert [(job["kind"], job["state"], job["progress_percent"]) for job in seen["jobs"]] == [
        ("probe", "running", 37), ("audio", "waiting", 0), ("video", "waiting", 0),
    ]  # fmt: skip


def test_the_expert_reads_why_a_recording_was_refused(recording, world, client_for):
    held = operations.claim(job_id=recording.jobs.get(kind="probe").pk, worker="w", at=world.now)
    assert held is not None
    operations.refuse(held, code=Failure.NO_SOUND, log="", at=world.now)
    seen = client_for(world.expert).get("/api/v1/recordings/").json()
    assert seen[0]["failure_sentence"] == sentence("no_sound")


def test_nobody_else_sees_it_but_who_may_see_the_queue(recording, world, client_for, client):
    address = f"/api/v1/recordings/{recording.public_id}/"
    assert client_for(world.administrator).get(address).status_code == 200
    assert client_for(world.supporting_officer).get(address).status_code == 404
    assert client_for(world.county_account).get(address).status_code == 404
    assert client.get(address).status_code == 401


def test_many_recordings_cost_as_many_queries_as_one(recording, world, django_assert_num_queries):
    ids = [recording.pk] + [factories.received(world.expert, at=world.now).pk for _ in range(5)]
    with django_assert_num_queries(3):
        assert set(api.recording_summaries(ids)) == set(ids)
    with django_assert_num_queries(3):
        assert len(api.recordings_of(world.expert)) == 6


def test_the_door_says_what_it_does_not_know(world):
    with pytest.raises(api.RecordingUnknown):
        api.recording_summary(0)
    for unknown in ("", "x", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(api.UploadUnknown):
            api.recording_of_upload(unknown, owner=world.expert)


def test_every_code_has_a_sentence():
    assert set(SENTENCES) == set(Failure)
    assert sentence("") == ""
    assert sentence("a code of tomorrow")
