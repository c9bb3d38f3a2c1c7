"""转码队列: who sees it, and what it shows of jobs, filters, logs and sizes."""

import gzip
import re

import pytest
from django.utils import timezone

from media_pipeline.conductor.models import DiscImage, MediaJob
from media_pipeline.conductor.overview import Filter, queue_overview
from media_pipeline.recordings.models import Recording
from tests.media_pipeline import factories
from tests.media_pipeline.queued import HOME, Kind, State, broken, job, lecture, running, text_of


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def admin(world, client_for):
    return client_for(world.administrator)


# --- who may -------------------------------------------------------------------------------------------------
def addresses(recording):
    some_job = recording.jobs.first()
    return {
        HOME: "get",
        f"{HOME}jobs/{some_job.pk}/": "get",
        f"{HOME}recordings/{recording.public_id}/cancel/": "get",
        f"{HOME}recordings/{recording.public_id}/again/": "get",
        f"{HOME}jobs/{some_job.pk}/sooner/": "post",
        f"{HOME}recordings/{recording.public_id}/retry/": "post",
        f"{HOME}recordings/{recording.public_id}/cancel/#post": "post",
        f"{HOME}recordings/{recording.public_id}/again/#post": "post",
        f"{HOME}recordings/{recording.public_id}/drop/": "get",
        f"{HOME}recordings/{recording.public_id}/drop/#post": "post",
    }


@pytest.mark.parametrize(
    "role",
    [
        "expert",
        "county_account",
        "supporting_officer",
        "beneficiary_officer",
        "national_officer",
        "editor",
    ],
)
def test_nobody_but_an_administrator_sees_or_steers_the_queue(world, client_for, now, role):
    recording = lecture(world.expert, now)
    before = list(recording.jobs.order_by("pk").values())
    browser = client_for(getattr(world, role))
    for address, method in addresses(recording).items():
        response = getattr(browser, method)(address)
        assert response.status_code == 403, address
        assert "医疗损害鉴定" not in response.content.decode()
    assert list(recording.jobs.order_by("pk").values()) == before


def test_a_guest_is_asked_to_sign_in(world, client, now):
    for address, method in addresses(lecture(world.expert, now)).items():
        response = getattr(client, method)(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


def test_the_link_stands_at_the_desk_of_those_who_may(world, client_for, admin):
    assert f'href="{HOME}"' in admin.get("/office/review/").content.decode()
    assert (
        f'href="{HOME}"' not in client_for(world.supporting_officer).get("/office/review/").content.decode()
    )


# --- what is seen --------------------------------------------------------------------------------------------
def test_an_empty_queue_says_so(admin):
    page = admin.get(HOME)
    assert "没有任务在排队。" in text_of(page)
    assert 'id="queue"' not in page.content.decode()


def test_a_recording_is_one_group_with_what_runs_waits_and_failed(world, now):
    lecture(world.expert, now, parts=24)
    overview = queue_overview(which=Filter(), at=now)
    [group] = overview.groups
    assert [(row.kind, row.state, row.count) for row in group.rows] == [
        ("chunk", "running", 1),
        ("chunk", "queued", 21),
        ("package", "waiting", 1),
    ]
    assert (group.rows[0].machine, group.rows[0].process, group.rows[0].percent) == ("sichuan", "41", 50)
    assert (group.can_cancel, group.can_retry, group.can_transcode_again) == (True, False, False)
    assert (overview.counters.running, overview.counters.queued, overview.counters.failed) == (1, 22, 0)


def test_a_failed_job_says_why_in_words_how_often_and_what_its_log_began_with(world, now, admin):
    broken(world.expert, now)
    seen = text_of(admin.get(HOME))
    assert "没有进展" in seen
    assert "自动重试 2 次" in seen
    assert "frame dropped" in seen
    assert "muxer said no" not in seen
    assert "stalled" not in seen


def test_a_look_that_failed_is_nothing_to_mend(world, now):
    recording = lecture(world.expert, now)
    job(recording, Kind.CHECK, State.FAILED, error_code="internal")
    overview = queue_overview(which=Filter(), at=now)
    assert overview.counters.failed == 0
    assert all(row.kind != Kind.CHECK for group in overview.groups for row in group.rows)


def test_every_figure_at_the_top_opens_to_its_rows(world, now, admin):
    lecture(world.expert, now)
    broken(world.expert, now)
    page = admin.get(HOME).content.decode()
    for name, query in (
        ("running", "?state=running"),
        ("queued", "?state=queued"),
        ("failed", "?state=failed"),
    ):
        count = int(re.search(rf'href="{re.escape(query)}" id="count-{name}">(\d+)<', page)[1])
        rows = queue_overview(which=Filter(state=name), at=now).groups
        assert sum(row.count for group in rows for row in group.rows) == count > 0
    for anchor in ("hours", "disks", "workers"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (Filter(), {"讲座", "坏文件"}),
        (Filter(state="running"), {"讲座"}),
        (Filter(state="failed"), {"坏文件"}),
        (Filter(state="refused"), {"不是录像"}),
        (Filter(state="cancelled"), set()),
        (Filter(state="done", kind="probe"), {"讲座", "坏文件"}),
        (Filter(machine="sichuan"), {"讲座"}),
        (Filter(machine="yunnan"), {"坏文件"}),
        (Filter(machine="sich"), set()),
        (Filter(kind="package"), {"讲座"}),
    ],
)
def test_filters_by_state_kind_and_machine(world, now, which, found):
    lecture(world.expert, now, name="讲座")
    broken(world.expert, now, name="坏文件")
    refused = factories.received(
        world.expert, at=now, state="refused", failure_code="no_sound", original_name="不是录像"
    )
    job(refused, Kind.PROBE, State.FAILED, error_code="no_sound")
    assert {group.name for group in queue_overview(which=which, at=now).groups} == found


def test_one_recording_is_shown_job_by_job(world, now, admin):
    recording = lecture(world.expert, now, parts=6)
    page = admin.get(HOME, {"recording": str(recording.public_id)})
    assert page.content.decode().count("/office/queue/jobs/") >= recording.jobs.count()
    assert "第 6 段，共 6 段" in text_of(page)


def test_earlier_generations_are_over(world, now):
    recording = lecture(world.expert, now)
    Recording.objects.filter(pk=recording.pk).update(generation=2)
    assert queue_overview(which=Filter(), at=now).groups == ()


@pytest.mark.parametrize("odd", ["x", "0", "-1", "9" * 30, "²", "1e3"])
def test_odd_filters_show_a_page_all_the_same(world, now, admin, odd):
    lecture(world.expert, now)
    said = {"page": odd, "state": odd, "kind": odd, "machine": odd, "recording": odd}
    assert admin.get(HOME, said).status_code == 200


def test_hostile_names_and_logs_are_only_text(world, now, admin):
    evil = '"><script>alert(1)</script>'
    recording = broken(world.expert, now, log=f"{evil}\n</pre>{evil}\x1b[31m", name=f"{evil}.mp4")
    MediaJob.objects.filter(recording=recording).update(worker=f"{evil}:1:x")
    failed = recording.jobs.get(kind="chunk")
    for address in (
        HOME,
        f"{HOME}jobs/{failed.pk}/",
        f"{HOME}?machine={evil}",
        f"{HOME}recordings/{recording.public_id}/again/?next={HOME}{evil}",
    ):
        page = admin.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert page.count("</pre>") <= 1


def test_the_jobs_page_shows_attempts_times_machine_reason_and_log(world, now, admin):
    failed = broken(world.expert, now, log="first line\nlast line").jobs.get(kind="chunk")
    page = admin.get(f"{HOME}jobs/{failed.pk}/")
    seen = text_of(page)
    for words in (f"第 3 次，最多 {MediaJob.MAX_ATTEMPTS} 次", "yunnan", "没有进展", "first line last line"):
        assert words in seen
    assert f'datetime="{failed.started_at.astimezone(timezone.get_current_timezone()).isoformat()[:16]}' in (
        page.content.decode()
    )
    assert admin.get(f"{HOME}jobs/{failed.pk + 100}/").status_code == 404


def test_many_recordings_cost_as_many_queries_as_one(world, now, admin, django_assert_num_queries):
    lecture(world.expert, now)
    admin.get(HOME)
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        admin.get(HOME)
    for number in range(12):
        lecture(world.expert, now, name=f"讲座 {number}")
        broken(world.expert, now, name=f"坏文件 {number}")
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        admin.get(HOME)
    with django_assert_num_queries(QUERIES_OF_THE_LOG):
        admin.get(f"{HOME}jobs/{MediaJob.objects.filter(state=State.FAILED).first().pk}/")


def a_disc(now, serial, state, **values):
    given = {"spec": {}, "digest": serial, "composition": "a", "asked_at": now, "queued_at": now, **values}
    return DiscImage.objects.create(serial=serial, state=state, **given)


def test_disc_images_stand_there_with_their_state_their_worker_and_their_sentence(world, now, admin):
    assert "光盘镜像" not in text_of(admin.get(HOME))
    a_disc(now, "D-0001", "queued")
    assert 'id="no-worker"' in admin.get(HOME).content.decode()
    a_disc(now, "D-0002", "running", progress_percent=37, **running(now))
    a_disc(now, "D-0003", "failed", error_code="disc_too_full", error_log="160000000 bytes", finished_at=now)
    a_disc(now, "D-0004", "failed", error_code="internal", finished_at=now)
    a_disc(now, "D-0005", "queued", digest="D-0004")
    done_at = {"size_bytes": 1, "sha256": "a" * 64, "finished_at": now}
    a_disc(now, "D-0006", "done", **done_at)
    page = admin.get(HOME)
    seen = text_of(page)
    for words in ("D-0001", "D-0002", "37%", "D-0003", "少几讲", "160000000 bytes", "光盘镜像 · D-0002"):
        assert words in seen
    # Asked for again under another number, and finished: nothing to look at.
    assert "D-0004" not in seen
    assert "D-0006" not in seen
    assert 'id="no-worker"' not in page.content.decode()


QUERIES_OF_THE_PAGE = 15
QUERIES_OF_THE_LOG = 7
LIMIT_BYTES = 12 * 1024


def test_fifty_rows_fit_a_slow_line(world, now, admin):
    for number in range(10):
        lecture(world.expert, now, name=f"劳动争议第 {number} 讲-{number * 7919}.mp4", parts=24)
        broken(
            world.expert,
            now,
            name=f"建设工程第 {number} 讲-{number * 104729}.mp4",
            log=f"error {number * 15485863}",
        )
        extra = lecture(world.expert, now, name=f"婚姻家事第 {number} 讲.mp4")
        MediaJob.objects.filter(recording=extra, part=3, kind=Kind.CHUNK).update(
            error_code="no_space", attempt=1, error_log=f"No space left on device {number}"
        )
    page = admin.get(f"{HOME}?state=").content
    rows = page.decode().count("<tr")
    assert rows >= 50
    assert len(gzip.compress(page, 9)) <= LIMIT_BYTES
