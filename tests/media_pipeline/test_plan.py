"""What follows what, on plain values: whatever the order of endings, a recording is finished once and exactly then."""

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.conductor import plan
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.plan import Standing

Kind, State = MediaJob.Kind, MediaJob.State


def advanced(jobs: list[list[str]]) -> None:
    """Queue what is unlocked, as `advance` does with rows."""
    standing = [Standing(*one) for one in jobs]
    for one in jobs:
        if one[1] == State.WAITING and not plan.stopped(standing) and plan.unlocked(one[0], standing):
            one[1] = State.QUEUED


@given(chunks=st.integers(1, 6), choose=st.randoms(use_true_random=False), slides_fail=st.booleans())
def test_any_order_of_endings_finishes_every_job_once(chunks, choose, slides_fail):
    jobs = [[str(kind), str(State.WAITING)] for kind in plan.AT_ONCE]
    ended = []
    advanced(jobs)
    while queued := [one for one in jobs if one[1] == State.QUEUED]:
        assert not plan.complete([Standing(*one) for one in jobs]) or all(
            one[0] in plan.OPTIONAL for one in queued
        )
        one = choose.choice(queued)
        one[1] = str(State.FAILED if one[0] == Kind.SLIDES and slides_fail else State.DONE)
        ended.append(one[0])
        if one[0] == Kind.SLIDES:
            jobs += [[str(Kind.CHUNK), str(State.WAITING)] for _ in range(chunks)]
            if slides_fail:
                next(job for job in jobs if job[0] == Kind.TEXT)[1] = str(State.SKIPPED)
        advanced(jobs)
    assert plan.complete([Standing(*one) for one in jobs])
    assert ended.count(Kind.CHUNK) == chunks
    assert ended.index(Kind.PACKAGE) > max(
        ended.index(Kind.AUDIO), len(ended) - 1 - ended[::-1].index(Kind.CHUNK)
    )


@given(st.sampled_from([Kind.PROBE, Kind.AUDIO, Kind.CHUNK, Kind.PACKAGE]))
def test_nothing_new_is_begun_after_a_failure_that_ends_the_lecture(kind):
    assert plan.stopped([Standing(Kind.SLIDES, State.DONE), Standing(kind, State.FAILED)])


def test_a_lecture_without_any_job_is_not_complete():
    assert not plan.complete([])
    assert not plan.complete([Standing(Kind.TEXT, State.DONE)])


def test_every_kind_has_a_queue_and_a_rank():
    assert set(plan.QUEUES) == set(Kind.values)
    assert set(plan.RANKS) == set(Kind.values)
    assert plan.QUEUES[Kind.AUDIO] != plan.QUEUES[Kind.CHUNK]
