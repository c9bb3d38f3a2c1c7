"""How far a recording is and how long the queue will take: arithmetic on plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.conductor import rules
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.rules import Measured, Tally

KINDS = [str(kind) for kind in MediaJob.Kind.values]
STATES = [str(state) for state in MediaJob.State.values]


@st.composite
def tallies(draw, kinds=tuple(KINDS), states=tuple(STATES)):
    """Jobs of a recording added up: each kind in each state at most once, as one query gives them."""
    chosen = draw(
        st.lists(st.tuples(st.sampled_from(kinds), st.sampled_from(states)), unique=True, max_size=12)
    )
    found = []
    for kind, state in chosen:
        count = draw(st.integers(1, 72))
        percent = 100 * count if state == "done" else draw(st.integers(0, 100 * count))
        seconds = draw(st.none() | st.floats(0, 1e6)) if state in ("done", "running") else None
        found.append(Tally(kind, state, count=count, percent_sum=percent, seconds=seconds))
    return found


def test_the_words_of_states_cover_every_state_and_kind():
    assert set(rules.LOUDEST) == set(STATES)
    assert set(rules.DEFAULT_COST) == set(KINDS)
    assert set(rules.WEIGHT) == set(KINDS) - {"check"}
    assert sum(rules.WEIGHT.values()) == 100


# --- one state for several jobs -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((), "waiting"),
        (("done", "done"), "done"),
        (("done", "queued"), "running"),
        (("done", "waiting"), "running"),
        (("running", "queued", "done"), "running"),
        (("failed", "running"), "failed"),
        (("cancelled", "done"), "cancelled"),
        (("done", "skipped"), "done"),
        (("skipped",), "skipped"),
    ],
)
def test_the_loudest_state_is_told(states, told):
    assert rules.state_of([Tally("chunk", state) for state in states]) == told


# --- percentages ----------------------------------------------------------------------------------------------
@given(tallies())
def test_progress_is_a_percentage_and_whole_only_when_everything_is_done(jobs):
    for pictured in (True, False):
        progress = rules.progress_of(jobs, pictured=pictured)
        assert 0 <= progress <= 100
        counted = [tally for tally in jobs if tally.kind in rules.WEIGHT and tally.state != "skipped"]
        if progress == 100 and counted:
            wanted = counted if pictured else [each for each in counted if each.kind not in rules.PICTURED]
            assert all(tally.state == "done" for tally in wanted)


@given(st.integers(1, 72), st.data())
def test_a_chunk_more_never_makes_a_recording_look_less_done(chunks, data):
    done = data.draw(st.integers(0, chunks - 1))

    def progress(finished):
        jobs = [
            Tally("probe", "done"),
            Tally("audio", "done"),
            Tally("slides", "done"),
            Tally("package", "waiting"),
        ]
        if finished:
            jobs.append(Tally("chunk", "done", count=finished, percent_sum=100 * finished))
        if finished < chunks:
            jobs.append(Tally("chunk", "queued", count=chunks - finished))
        return rules.progress_of(jobs, pictured=True)

    assert progress(done) <= progress(done + 1)


def test_video_that_is_not_planned_yet_counts_as_not_begun():
    heard = [Tally("probe", "done"), Tally("audio", "done"), Tally("slides", "running", percent_sum=50)]
    assert rules.progress_of(heard, pictured=True) == 3 + 5 + 6
    assert rules.progress_of(heard[:2], pictured=False) == 100


# --- time left ------------------------------------------------------------------------------------------------
def test_time_left_follows_the_chunks_that_are_done():
    # given ten chunks of a minute each: four done, two running half way, four waiting
    jobs = [
        Tally("chunk", "done", count=4, percent_sum=400, seconds=240),
        Tally("chunk", "running", count=2, percent_sum=100, seconds=30),
        Tally("chunk", "queued", count=4),
    ]
    # then five chunks are left for two workers
    assert rules.seconds_left(jobs) == pytest.approx(150)


def test_a_single_job_is_judged_by_its_own_speed():
    assert rules.seconds_left([Tally("audio", "running", percent_sum=25, seconds=20)]) == pytest.approx(60)


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        [Tally("chunk", "queued", count=3)],
        [Tally("audio", "running", percent_sum=0, seconds=60)],
        [Tally("audio", "running", percent_sum=50, seconds=1)],
        [Tally("audio", "running", percent_sum=2, seconds=86_400)],
        [Tally("audio", "running", percent_sum=2)],
    ],
)
def test_what_cannot_be_known_is_not_guessed(jobs):
    assert rules.seconds_left(jobs) is None


@given(tallies(kinds=("chunk",)))
def test_time_left_is_never_negative_and_never_over_a_day(jobs):
    left = rules.seconds_left(jobs)
    assert left is None or 0 <= left <= 86_400


# --- the queue ------------------------------------------------------------------------------------------------
amounts = st.floats(0, 1e7, allow_nan=False)
remaining = st.dictionaries(st.sampled_from(KINDS), amounts)
measured = st.dictionaries(st.sampled_from(KINDS), st.builds(Measured, amounts, amounts, st.integers(0, 300)))


@given(remaining, measured, st.integers(0, 64))
def test_hours_are_never_negative_and_never_more_with_more_workers(left, speeds, workers):
    lines = rules.forecast(left, speeds)
    hours = rules.hours_of_queue(lines, workers=workers)
    assert hours >= 0
    assert rules.hours_of_queue(lines, workers=workers + 1) <= hours
    assert rules.hours_of_queue(lines, workers=0) == rules.hours_of_queue(lines, workers=1)


@given(remaining, measured, amounts)
def test_more_work_never_takes_less_time(left, speeds, more):
    longer = {kind: seconds + more for kind, seconds in left.items()}
    before = rules.hours_of_queue(rules.forecast(left, speeds), workers=1)
    assert rules.hours_of_queue(rules.forecast(longer, speeds), workers=1) >= before


def test_the_speed_is_the_measured_one_and_else_the_documented_one():
    left = {"chunk": 3600.0, "audio": 3600.0}
    chunk, audio = rules.forecast(left, {"chunk": Measured(work_seconds=450, media_seconds=900, jobs=3)})
    assert (chunk.cost, chunk.measured_jobs, chunk.work_seconds) == (0.5, 3, 1800)
    assert (audio.cost, audio.measured_jobs) == (rules.DEFAULT_COST["audio"], 0)


def test_jobs_that_took_no_time_measure_nothing():
    [line] = rules.forecast({"probe": 60.0}, {"probe": Measured(0, 60, 5)})
    assert (line.cost, line.measured_jobs) == (rules.DEFAULT_COST["probe"], 0)


def test_a_trifle_of_a_recording_measures_nothing():
    [line] = rules.forecast({"probe": 0.0}, {"probe": Measured(1e7, 5e-324, 1)})
    assert rules.hours_of_queue([line], workers=1) == 0


# --- names and logs -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("worker", "machine", "process"),
    [("henan:41:9f", "henan", "41"), ("henan:41", "henan", "41"), ("henan", "henan", ""), ("", "", "")],
)
def test_a_workers_name_says_machine_and_process(worker, machine, process):
    assert rules.machine_of(worker) == (machine, process)


@given(st.text(max_size=500), st.integers(1, 200))
def test_the_first_line_of_a_log_is_one_short_line(log, most):
    line = rules.first_line(log, most=most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1


def test_the_first_line_is_the_first_that_says_anything():
    assert rules.first_line("\n  \n at frame 7 \nthen more") == "at frame 7"
