"""Reports are folded together: the same few queries for one and for many, and the same result in any order."""

import itertools
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.attendance import folding, operations, queries, rules
from courses.attendance.clock import to_ms
from courses.attendance.folding import Report, ReportedSpan
from courses.attendance.models import Coverage, Playback, WatchedSpan
from courses.attendance.rules import Refusal
from courses.enrolment.operations import enrol
from qianchang.people import walls
from tests.courses.attendance.simulation import MINUTE

pytestmark = pytest.mark.django_db

# How often the database is asked: the rows that are written back go together, as PostgreSQL's pipeline sends them.
# BEGIN and COMMIT, in a test a savepoint; playback with coverage, lawyer and lecture, rule, the same spans and the
# overlapping ones, spans, coverage and playback written; codes, awards.
QUERIES = 11


@pytest.fixture
def opened(world, version, evening):
    """Return a function that opens a player for a lawyer, at the evening's start."""

    def open_for(lawyer):
        return operations.open_playback(
            lawyer=lawyer, version=version, device="old PC", device_now_ms=to_ms(evening), at=evening
        )

    return open_for


@pytest.fixture
def class_of(world, version, opened):
    """Return a function that gives players of that many lawyers, all of one firm."""

    def gather(count):
        lawyers = [
            world.lawyer(f"1451020192{number:07d}", "学员", world.napo_firm) for number in range(count)
        ]
        for lawyer in lawyers:
            enrol(lawyer=lawyer, lecture=version.lecture, by=lawyer.account, at=world.now)
        return [opened(lawyer) for lawyer in lawyers]

    return gather


def report(playback, evening, *minutes, at=None, sequence=None):
    """A report of these minutes, each played when the clock showed it."""
    start = to_ms(evening)
    return Report(
        account_id=playback.lawyer.account_id,
        playback_id=playback.public_id,
        spans=[
            ReportedSpan(
                sequence or minute + 1,
                (minute * MINUTE, (minute + 1) * MINUTE),
                (start + minute * MINUTE, start + (minute + 1) * MINUTE),
            )
            for minute in minutes
        ],
        device_now_ms=start + (at or max(minutes, default=0) + 1) * MINUTE,
        position_ms=(max(minutes, default=0) + 1) * MINUTE,
        at=evening + timedelta(minutes=at or max(minutes, default=0) + 1),
    )


def count_queries(act):
    with CaptureQueriesContext(
        connection,
    ) as context:
        act()
    return len(context.captured_queries)


def test_one_report_costs_the_same_whether_it_is_the_first_or_the_hundredth(world, opened, evening):
    playback = opened(world.county_lawyer)
    first = count_queries(lambda: folding.fold([report(playback, evening, 0)]))
    for minute in range(1, 99):
        folding.fold([report(playback, evening, minute)])
    last = count_queries(lambda: folding.fold([report(playback, evening, 99)]))
    assert (first, last) == (QUERIES, QUERIES)


def test_sixteen_reports_cost_as_many_queries_as_one(class_of, evening):
    together = [report(playback, evening, 0, 1, 2) for playback in class_of(16)]
    assert count_queries(lambda: folding.fold(together)) == QUERIES
    assert Coverage.objects.filter(covered_ms=3 * MINUTE).count() == 16


def test_only_what_overlaps_is_read(world, opened, evening):
    playback = opened(world.county_lawyer)
    folding.fold([report(playback, evening, *range(100))])
    works = folding._works([report(playback, evening, 100, 101), report(playback, evening, 3, 60)])
    known = folding._known(works, [folding._spans(work) for work in works])
    assert sorted(sequence for _playback, sequence in known.refusals) == [4, 61]


def test_two_reports_of_one_lawyer_in_one_fold_share_the_evening(world, opened, evening):
    office, home = opened(world.county_lawyer), opened(world.county_lawyer)
    folded = folding.fold([report(office, evening, 0, 1, 2), report(home, evening, 2, 3)])
    assert [each.refused for each in folded] == [(), ((3, Refusal.PLAYED_ELSEWHERE),)]
    assert Coverage.objects.get().intervals_ms == [[0, 4 * MINUTE]]
    assert Coverage.objects.get().accepted_wall_ms == 4 * MINUTE
    assert [each.refused_count for each in Playback.objects.order_by("pk")] == [0, 1]


def test_a_report_that_came_twice_while_it_waited_counts_once(world, opened, evening):
    playback = opened(world.county_lawyer)
    folded = folding.fold([report(playback, evening, 0, 1)] * 3)
    assert [each.acknowledged for each in folded] == [(1, 2)] * 3
    assert WatchedSpan.objects.count() == 2
    assert Coverage.objects.get().accepted_wall_ms == 2 * MINUTE


def test_a_player_that_nobody_knows_does_not_disturb_the_others(world, opened, class_of, evening):
    own, (other,) = opened(world.county_lawyer), class_of(1)
    foreign = Report(**{**vars(report(other, evening, 0)), "account_id": world.county_account.pk})
    folded = folding.fold([foreign, report(own, evening, 0)])
    assert folded[0] is None
    assert folded[1].acknowledged == (1,)
    assert not WatchedSpan.objects.filter(lawyer=other.lawyer).exists()


def test_a_record_in_ever_smaller_pieces_has_an_end_and_honest_watching_goes_on(
    world, opened, evening, monkeypatch
):
    monkeypatch.setattr(rules, "MOST_PIECES", 3)
    playback = opened(world.county_lawyer)
    # given: every other minute was watched, in one report and the next
    first, second = (
        folding.fold([report(playback, evening, 0, 2, 4, 6)]),
        folding.fold([report(playback, evening, 8, at=9)]),
    )
    # then: the fourth and the fifth piece are refused, and the reason stands in the row
    assert [refused for folded in (*first, *second) for refused in folded.refused] == [
        (7, Refusal.TOO_SCATTERED),
        (9, Refusal.TOO_SCATTERED),
    ]
    # but what joins two pieces counts, and leaves room for another one
    (joined,) = folding.fold([report(playback, evening, 1, 10, at=11)])
    assert joined.refused == ()
    assert len(Coverage.objects.get().intervals_ms) == 3


def test_one_span_with_many_gaps_does_not_get_past_the_bound(world, opened, evening, monkeypatch):
    monkeypatch.setattr(rules, "MOST_PIECES", 5)
    playback = opened(world.county_lawyer)
    start = to_ms(evening)
    # given: every other second of wall time was spent on one and the same second of the lecture
    same = [ReportedSpan(n + 1, (0, 1000), (start + 2000 * n, start + 2000 * n + 1000)) for n in range(20)]
    # when: one span claims all of that time for a stretch of the lecture, which leaves the seconds between
    whole = ReportedSpan(21, (10_000, 50_000), (start, start + 40_000))
    (folded,) = folding.fold(
        [
            Report(
                account_id=playback.lawyer.account_id,
                playback_id=playback.public_id,
                spans=[*same, whole],
                device_now_ms=start + 60_000,
                position_ms=0,
                at=evening + timedelta(minutes=1),
            )
        ]
    )
    assert (21, Refusal.TOO_SCATTERED) in folded.refused
    assert len(Coverage.objects.get().intervals_ms) <= 5


def test_the_sittings_of_a_page_are_read_without_their_reports(device, world, version):
    player = device().open()
    player.watch(0, 40, at=0)
    player.play(40, 120, at=40, rate=2)
    player.send(at=80)
    with CaptureQueriesContext(connection) as context:
        (sitting,) = queries.sittings(world.county_lawyer, version)
    assert len(context.captured_queries) == 2
    assert [list(piece) for piece in sitting.accepted] == Coverage.objects.get().intervals_ms
    assert sitting.accepted_ms == Coverage.objects.get().covered_ms
    assert sitting.playback.refused_count == WatchedSpan.objects.exclude(refusal="").count() == 40
    assert [span.sequence for span in sitting.refused] == list(range(51, 81))


def honest(cuts):
    """The spans of an evening that was played straight on, cut at these seconds."""
    edges = sorted({0, 3600, *cuts})
    return list(itertools.pairwise(edges))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_splitting_repetition_and_company_give_the_same(data, world, opened, evening):
    # Given an hour that was played whole, cut anywhere, put into reports anyhow, some of them sent again.
    cuts = data.draw(st.lists(st.integers(1, 3599), max_size=12))
    spans = list(enumerate(honest(cuts), start=1))
    again = data.draw(st.lists(st.sampled_from(spans), max_size=8))
    sent = data.draw(st.permutations([*spans, *again]))
    playback, start = opened(world.county_lawyer), to_ms(evening)
    before = Coverage.objects.get()
    Coverage.objects.update(intervals_ms=[], covered_ms=0, accepted_wall_ms=0)
    # Each example has an evening of its own, far from the other ones.
    shift = timedelta(days=Playback.objects.count())
    Playback.objects.filter(pk=playback.pk).update(opened_at=evening + shift)
    start += shift // timedelta(milliseconds=1)
    reports = []
    while sent:
        size = data.draw(st.integers(1, 5))
        part, sent = sent[:size], sent[size:]
        reports.append(
            Report(
                account_id=world.county_account.pk,
                playback_id=playback.public_id,
                spans=[
                    ReportedSpan(sequence, (a * 1000, b * 1000), (start + a * 1000, start + b * 1000))
                    for sequence, (a, b) in part
                ],
                device_now_ms=start + 3_600_000,
                position_ms=0,
                at=evening + shift + timedelta(hours=1),
            )
        )
    # When they are folded one by one or in company.
    while reports:
        size = data.draw(st.integers(1, 4))
        folding.fold(reports[:size])
        reports = reports[size:]
    # Then the hour is there, once.
    after = Coverage.objects.get()
    assert (after.pk, after.intervals_ms) == (before.pk, [[0, 3_600_000]])
    assert after.accepted_wall_ms == 3_600_000
    assert WatchedSpan.objects.filter(playback=playback).count() == len(spans)
    assert not WatchedSpan.objects.filter(playback=playback).exclude(refusal="").exists()


def test_whoever_asks_first_folds_the_reports_of_all(world, class_of, evening):
    # Given two lawyers whose reports arrive together, and the second wall (on PostgreSQL: test_walls_on_postgresql.py)
    players = class_of(2)
    first = players[0].lawyer.account_id
    # When they are folded in the request of one of them
    with walls.as_account(lambda: str(first)):
        folded = folding.fold([report(each, evening, 0) for each in players])
    # Then both are acknowledged
    assert [each and each.acknowledged for each in folded] == [(1,), (1,)]
