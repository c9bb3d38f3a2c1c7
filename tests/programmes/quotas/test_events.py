"""What is one event and what are two: on site, by telephone, joint events, repeats, discs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.quotas import rules
from programmes.quotas.rules import (
    ONCE_PER_REGION,
    Candidate,
    Happening,
    Note,
    State,
    Terms,
    Verdict,
    Why,
    is_same_event,
)

GUANGXI, YUNNAN = 1, 2
CHEN, LIN = frozenset({31}), frozenset({32})
MORNING = Happening(
    session=1,
    lecture=7,
    beneficiary=GUANGXI,
    mode="onsite",
    held=date(2026, 10, 12),
    lecturers=CHEN,
    half_day="am",
    place="百色市会议中心",
)


def confirmed(what: Happening, **more: object) -> Candidate:
    return replace(
        Candidate(state=State.CONFIRMED, what=what, length_ms=60 * 60_000, reach=1),
        **more,  # type: ignore[arg-type]
    )


def decide(
    candidates: Sequence[Candidate],
    *,
    happened: Sequence[Happening] = (),
    before: rules.Recordings = MappingProxyType({}),
    asks_for_discs: bool = False,
) -> list[Verdict]:
    terms = Terms(45, asks_for_discs)
    return rules.verdicts(
        candidates, counted_before=before, terms={GUANGXI: terms, YUNNAN: terms}, happened=happened
    )


def why(*happenings: Happening, happened: Sequence[Happening] = ()) -> list[Why | None]:
    return [verdict.why for verdict in decide([confirmed(each) for each in happenings], happened=happened)]


# --- on site -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"held": date(2026, 10, 13)},
        {"half_day": "pm"},
        {"half_day": "pm", "place": "河池市会议中心"},
        {"lecture": 8},
        {"lecturers": LIN},
        {"half_day": "", "place": "河池市会议中心"},
    ],
)
def test_another_day_half_day_topic_lecturer_or_place_is_another_session(changes: dict[str, object]):
    assert why(MORNING, replace(MORNING, session=2, **changes)) == [None, None]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"place": "河池市会议中心"},  # nobody is in two towns in one morning
        {"lecturers": CHEN | LIN},
        {"half_day": ""},  # the same place and day, and nobody said that it was another hour
        {"beneficiary": YUNNAN},  # claimed twice: one event for two regions has to be marked as one
    ],
)
def test_one_topic_one_lecturer_and_one_half_day_is_one_session(changes: dict[str, object]):
    again = replace(MORNING, session=2, **changes)
    first, second = decide([confirmed(again), confirmed(MORNING)])
    assert (first.why, second.why) == (None, Why.SAME_EVENT)
    assert (second.candidate.what.session, second.rival) == (2, 1)
    assert why(again, happened=[MORNING]) == [Why.SAME_EVENT]


# --- by telephone ------------------------------------------------------------------------------------------


def test_by_telephone_one_event_counts_once_for_a_region():
    call = replace(MORNING, mode="teleconference", place="")
    assert why(call, replace(call, session=2, half_day="")) == [None, Why.SAME_EVENT]
    assert why(call, replace(call, session=2, lecturers=LIN)) == [None, Why.SAME_EVENT]
    assert why(call, replace(call, session=2, half_day="pm")) == [None, None]
    assert why(call, replace(call, session=2, beneficiary=YUNNAN)) == [None, None]


# --- joint events and repeats ------------------------------------------------------------------------------


def test_one_event_for_two_regions_is_two_sessions_and_one_event_when_it_is_said():
    guangxi = replace(MORNING, joint_event="E1")
    yunnan = replace(guangxi, session=2, beneficiary=YUNNAN)
    verdicts = decide([confirmed(guangxi), confirmed(yunnan)])
    assert [(verdict.why, verdict.notes) for verdict in verdicts] == [(None, (Note.JOINT,))] * 2
    assert rules.distinct_events([(1, "E1"), (2, "E1"), (3, ""), (4, "")]) == 3


def test_one_joint_event_counts_once_for_each_region_by_whatever_mode():
    on_site = replace(MORNING, joint_event="E1")
    by_telephone = replace(on_site, session=2, mode="teleconference", place="", lecture=8)
    assert why(on_site, by_telephone) == [None, Why.SAME_EVENT]


def test_a_repeat_is_marked_and_counts():
    (verdict,) = decide([confirmed(MORNING, is_repeat=True)])
    assert (verdict.why, verdict.notes) == (None, (Note.REPEAT,))


# --- discs -------------------------------------------------------------------------------------------------


def test_the_rule_says_whether_a_dvd_needs_the_papers_of_its_discs():
    disc = confirmed(replace(MORNING, mode="dvd"))
    (today,) = decide([disc])
    assert (today.why, today.notes) == (None, (Note.WITHOUT_DISCS,))
    (strict,) = decide([disc], asks_for_discs=True)
    assert (strict.why, strict.notes) == (Why.NO_DISC_EVIDENCE, ())
    (whole,) = decide([replace(disc, evidence_complete=True)], asks_for_discs=True)
    assert (whole.why, whole.notes) == (None, ())


def test_a_dvd_that_was_held_before_the_rule_asked_for_discs_is_not_asked_for_them():
    terms = Terms(45, dvd_needs_evidence=True, discs_from=date(2026, 11, 1))
    assert not terms.asks_for_discs(date(2026, 10, 31))
    assert terms.asks_for_discs(date(2026, 11, 1))
    assert not Terms(45).asks_for_discs(date(2026, 11, 1))


# --- whatever happens --------------------------------------------------------------------------------------

HAPPENINGS = st.builds(
    Happening,
    session=st.integers(1, 10_000),
    lecture=st.integers(1, 3),
    beneficiary=st.sampled_from([GUANGXI, YUNNAN]),
    mode=st.sampled_from(["onsite", "network_video", "dvd", "teleconference"]),
    held=st.dates(date(2026, 10, 1), date(2026, 10, 3)),
    lecturers=st.sampled_from([frozenset(), CHEN, LIN, CHEN | LIN]),
    half_day=st.sampled_from(["", "am", "pm"]),
    place=st.sampled_from(["", "百色", "河池"]),
    joint_event=st.sampled_from(["", "E1", "E2"]),
)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        state=st.sampled_from(list(State)),
        what=HAPPENINGS,
        length_ms=st.sampled_from([44 * 60_000, 45 * 60_000, 120 * 60_000]),
        reach=st.integers(0, 2),
        is_repeat=st.booleans(),
        evidence_complete=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda candidate: candidate.what.session,
)


@given(CANDIDATES)
def test_no_two_that_count_are_one_event_or_one_recording(candidates: list[Candidate]):
    counted = [verdict.candidate.what for verdict in decide(candidates) if verdict.why is None]
    assert not any(is_same_event(one, other) for one, other in combinations(counted, 2))
    recordings = [(what.lecture, what.beneficiary) for what in counted if what.mode in ONCE_PER_REGION]
    assert len(recordings) == len(set(recordings))


@given(CANDIDATES)
def test_what_is_left_out_for_another_names_one_that_counts(candidates: list[Candidate]):
    verdicts = decide(candidates)
    counted = {verdict.candidate.what.session for verdict in verdicts if verdict.why is None}
    for verdict in verdicts:
        assert (verdict.why in (Why.SAME_EVENT, Why.COUNTED_BEFORE)) == (verdict.rival is not None)
        assert verdict.rival is None or verdict.rival in counted


@given(CANDIDATES)
def test_only_what_is_confirmed_long_enough_and_reached_somebody_counts(candidates: list[Candidate]):
    for verdict in decide(candidates):
        each = verdict.candidate
        fit = each.state is State.CONFIRMED and each.length_ms >= 45 * 60_000
        fit = fit and (each.what.mode not in ONCE_PER_REGION or each.reach > 0)
        assert verdict.why is not None or fit
        assert fit or verdict.why is not None


@given(CANDIDATES, st.randoms())
def test_the_order_in_which_they_are_told_changes_nothing(candidates: list[Candidate], chance):
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert decide(shuffled) == decide(candidates)


@given(CANDIDATES)
def test_deciding_again_counts_nothing_more(candidates: list[Candidate]):
    first = decide(candidates)
    counted = [verdict.candidate for verdict in first if verdict.why is None]
    before = {
        (each.what.lecture, each.what.beneficiary): each.what.session
        for each in counted
        if each.what.mode in ONCE_PER_REGION
    }
    left = [verdict.candidate for verdict in first if verdict.why is not None]
    again = decide(left, happened=[each.what for each in counted], before=before)
    assert all(verdict.why is not None for verdict in again)


@given(HAPPENINGS, HAPPENINGS)
def test_being_the_same_event_goes_both_ways(one: Happening, other: Happening):
    assert is_same_event(one, other) == is_same_event(other, one)
    assert is_same_event(one, replace(one, session=one.session + 1)) == (
        bool(one.joint_event) or one.mode in ("onsite", "teleconference")
    )


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from(["", "E1", "E2"])), unique_by=lambda s: s[0]))
def test_events_are_never_more_than_sessions(sessions: list[tuple[int, str]]):
    events = rules.distinct_events(sessions)
    assert events == len({j for _n, j in sessions if j}) + sum(not j for _n, j in sessions)


@given(
    proposed_by=st.integers(1, 4),
    closed_by=st.none() | st.integers(1, 4),
    by=st.integers(1, 4),
)
def test_a_reversal_is_decided_by_neither_its_maker_nor_who_posted(
    proposed_by: int, closed_by: int | None, by: int
):
    refusal = rules.refusal_to_check(proposed_by=proposed_by, closed_by=closed_by, by=by)
    assert (refusal is None) == (by not in (proposed_by, closed_by))
