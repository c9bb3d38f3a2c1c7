"""When a session counts, who may say so, and in which month."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from programmes.quotas import rules
from programmes.quotas.rules import Candidate, ConfirmRefusal, Happening, State, Terms, Why
from tests.world import full_width

GUANGXI, YUNNAN = 1, 2
TERMS = {GUANGXI: Terms(45), YUNNAN: Terms(45)}
VIDEO = Candidate(
    state=State.CONFIRMED,
    what=Happening(session=1, lecture=7, beneficiary=GUANGXI, mode="network_video", held=date(2026, 10, 12)),
    length_ms=60 * 60_000,
    reach=1,
)


def but(candidate: Candidate, **changes: object) -> Candidate:
    """The same candidate, but for something that happened otherwise."""
    return replace(candidate, what=replace(candidate.what, **changes))


@pytest.mark.parametrize(
    ("schedule", "outcome", "posted", "balance", "state"),
    [
        ("scheduled", None, False, 0, State.SCHEDULED),
        ("cancelled", None, False, 0, State.CANCELLED),
        ("held", None, False, 0, State.HELD),
        ("held", "returned", False, 0, State.RETURNED),
        ("held", "confirmed", False, 0, State.CONFIRMED),
        ("held", "confirmed", True, 1, State.COUNTED),
        ("held", "confirmed", True, 0, State.REVERSED),
    ],
)
def test_the_state_is_what_schedule_decision_and_ledger_say(
    schedule: str, outcome: str | None, posted: bool, balance: int, state: State
):
    assert rules.state_of(schedule, outcome=outcome, posted=posted, balance=balance) is state


@pytest.mark.parametrize(
    ("state", "by", "refusal"),
    [
        (State.HELD, 3, None),
        (State.RETURNED, 3, None),
        (State.HELD, 1, ConfirmRefusal.ENTERED_BY_SELF),
        (State.HELD, 2, ConfirmRefusal.HELD_BY_SELF),
        (State.SCHEDULED, 3, ConfirmRefusal.NOT_HELD),
        (State.CANCELLED, 3, ConfirmRefusal.NOT_HELD),
        (State.CONFIRMED, 3, ConfirmRefusal.ALREADY_CONFIRMED),
        (State.COUNTED, 3, ConfirmRefusal.ALREADY_CONFIRMED),
    ],
)
def test_nobody_confirms_what_they_entered_or_held(state: State, by: int, refusal: ConfirmRefusal | None):
    assert rules.refusal_to_confirm(state, entered_by=1, held_by=2, by=by) is refusal


def test_only_what_waits_for_confirmation_can_be_returned():
    assert [state for state in State if rules.may_return(state)] == [State.HELD]


def test_months_and_their_days():
    assert rules.month_of(date(2026, 2, 3)) == "2026-02"
    assert rules.last_day("2028-02") == date(2028, 2, 29)
    assert rules.next_month("2026-12") == "2027-01"


@pytest.mark.parametrize("month", ["2026-13", "26-10", "2026", "oktober", "2026-1", "2026-00", ""])
def test_what_is_no_month_is_refused(month: str):
    with pytest.raises(ValueError):  # noqa: PT011 - date() words it
        rules.first_day(month)


@pytest.mark.parametrize("month", ["2026-1 ", "2026-+1", full_width("2026-10"), f"2026-1{full_width('1')}"])
def test_another_spelling_is_not_another_month_to_close(month: str):
    with pytest.raises(ValueError, match="not a month"):
        rules.first_day(month)


def test_a_month_is_closed_on_its_last_day_unless_a_rule_says_earlier():
    assert rules.closes_from("2026-10", days_before_end=[0]) == date(2026, 10, 31)
    assert rules.closes_from("2026-10", days_before_end=[5]) == date(2026, 10, 26)


def test_the_strictest_rule_decides_and_no_month_closes_before_it_begins():
    assert rules.closes_from("2026-10", days_before_end=[31, 0]) == date(2026, 10, 31)
    assert rules.closes_from("2026-02", days_before_end=[31]) == date(2026, 2, 1)


def test_nothing_is_posted_behind_a_close():
    assert rules.open_month("2026-10", closed=[]) == "2026-10"
    assert rules.open_month("2026-10", closed=["2026-09"]) == "2026-10"
    assert rules.open_month("2026-10", closed=["2026-10", "2026-09"]) == "2026-11"


def why(*candidates: Candidate, before: rules.Recordings = MappingProxyType({})) -> list[Why | None]:
    return [verdict.why for verdict in rules.verdicts(candidates, counted_before=before, terms=TERMS)]


def test_a_confirmed_session_counts():
    assert why(VIDEO) == [None]


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (replace(VIDEO, state=State.SCHEDULED), Why.NOT_HELD),
        (replace(VIDEO, state=State.HELD), Why.NOT_CONFIRMED),
        (replace(VIDEO, state=State.RETURNED), Why.RETURNED),
        (replace(VIDEO, length_ms=45 * 60_000 - 1), Why.TOO_SHORT),
        (replace(VIDEO, length_ms=45 * 60_000), None),
        (replace(VIDEO, reach=0), Why.NO_REACH),
        (replace(but(VIDEO, mode="dvd"), reach=0), Why.NO_REACH),
        (replace(but(VIDEO, mode="onsite"), reach=0), None),
    ],
)
def test_what_does_not_count_says_why(candidate: Candidate, reason: Why | None):
    assert why(candidate) == [reason]


def test_one_lecture_counts_once_for_a_region_by_video_and_dvd():
    dvd = but(VIDEO, session=2, mode="dvd", held=date(2026, 10, 20))
    assert why(dvd, VIDEO) == [None, Why.COUNTED_BEFORE]
    assert why(VIDEO, before={(7, GUANGXI): 99}) == [Why.COUNTED_BEFORE]


def test_another_region_or_another_lecture_counts_again():
    assert (
        why(VIDEO, but(VIDEO, session=2, beneficiary=YUNNAN), but(VIDEO, session=3, lecture=8)) == [None] * 3
    )


def test_each_place_and_date_on_site_counts():
    onsite = but(VIDEO, mode="onsite")
    assert why(onsite, but(onsite, session=2, held=date(2026, 10, 13)), before={(7, GUANGXI): 99}) == [
        None,
        None,
    ]


def test_a_session_that_does_not_count_uses_nothing_up():
    unconfirmed = replace(but(VIDEO, held=date(2026, 10, 1)), state=State.HELD)
    assert why(unconfirmed, but(VIDEO, session=2)) == [Why.NOT_CONFIRMED, None]


def test_an_even_pace_through_a_year():
    assert rules.due_by(40, year=2026, on=date(2026, 10, 31)) == 33
    assert rules.due_by(40, year=2026, on=date(2026, 12, 31)) == 40
    assert rules.due_by(40, year=2026, on=date(2027, 1, 1)) == 40
    assert rules.due_by(40, year=2026, on=date(2025, 12, 31)) == 0
