"""Presence codes: shown where they are, answered once, guessed at in vain."""

import pytest

from courses.attendance import operations, presence, queries
from courses.attendance.models import PresenceCheck
from courses.attendance.rules import Terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(world, version, evening):
    def give(code, *, index=1, at=evening, lawyer=None):
        return operations.answer_presence(
            lawyer=lawyer or world.county_lawyer,
            version=version,
            index=index,
            code=code,
            channel="player",
            at=at,
        )

    return give


@pytest.fixture
def right_code(world, version):
    return presence.code_for(lawyer_id=world.county_lawyer.pk, version_id=version.pk, index=1)


def wrong(code):
    return f"{(int(code) + 1) % 10_000:04d}"


def test_a_code_that_was_shown_before_the_secret_was_changed_is_right(answer, right_code, settings):
    settings.SECRET_KEY, old = "another secret of this site", settings.SECRET_KEY
    assert not answer(right_code).correct
    settings.SECRET_KEY_FALLBACKS = [old]
    assert answer(right_code).correct


def test_the_right_code_is_recorded(answer, right_code):
    assert answer(right_code).correct
    check = PresenceCheck.objects.get()
    assert (check.code_index, check.correct, check.channel) == (1, True, "player")


def test_digits_of_an_input_method_and_spaces_are_read_as_meant(answer, right_code):
    full_width = " ".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in right_code)
    assert answer(full_width).correct


def test_a_code_answered_before_stays_answered_whatever_is_typed(answer, right_code):
    answer(right_code)
    assert answer(wrong(right_code)).correct
    assert PresenceCheck.objects.count() == 1


def test_a_wrong_code_is_recorded_and_says_where_to_look(answer, right_code):
    given = answer(wrong(right_code))
    assert not given.correct
    # The first unit of a lecture of 120 minutes: its middle five minutes.
    assert (given.window.from_ms, given.window.until_ms) == (20 * 60_000, 25 * 60_000)
    assert PresenceCheck.objects.get().correct is False


def test_after_ten_wrong_codes_within_an_hour_even_the_right_one_has_to_wait(answer, right_code, world):
    for _guess in range(10):
        answer(wrong(right_code))
    with pytest.raises(operations.TooManyGuesses):
        answer(right_code)
    assert answer(right_code, at=world.later(hours=11)).correct


def test_a_code_list_does_not_fit_another_lawyer_or_another_place(world, version, right_code):
    others = [
        presence.code_for(lawyer_id=lawyer, version_id=version.pk, index=index)
        for lawyer in range(world.county_lawyer.pk, world.county_lawyer.pk + 20)
        for index in (1, 2)
    ]
    assert others.count(right_code) == 1


@pytest.mark.parametrize("index", [0, 4, -1])
def test_a_code_that_does_not_exist_is_refused(answer, index):
    with pytest.raises(operations.UnableToAnswer):
        answer("0000", index=index)


def test_somebody_who_may_not_watch_has_nothing_to_answer(answer, world):
    with pytest.raises(operations.UnableToAnswer):
        answer("0000", lawyer=world.yunnan_lawyer)


def test_a_code_is_shown_only_when_its_place_was_watched(device, world, version):
    player = device().open()
    player.watch(0, 19, at=0)
    record = queries.watch_record(world.county_lawyer, version, terms=Terms())
    with pytest.raises(queries.CodeNotReached):
        queries.shown_window(record, 1)
    player.watch(19, 20.01, at=19)
    record = queries.watch_record(world.county_lawyer, version, terms=Terms())
    assert queries.shown_window(record, 1).index == 1
