"""What stands in the way of a session: the place, the lecturer, the same lecture; and which session repeats which."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import api
from courses.schedule.clashes import clash_warnings, sentence
from courses.schedule.models import TrainingSession
from courses.schedule.rules import Clash, Slot, clashes, half_day, repeats

DAY = date(2026, 10, 12)


def slot(code="X", **said):
    given = {
        "date": DAY, "place": "百色市会议中心", "half_day": "", "mode": "onsite", "lecture": 1, "beneficiary": 1,
        "lecturers": frozenset({1}), "joint_event": "", **said,
    }  # fmt: skip
    return Slot(code=code, **given)


class TestRules:
    def test_two_at_one_place_on_one_day(self):
        other = slot("B", lecture=2, lecturers=frozenset({2}), place="百色市 会议中心")
        assert clashes(slot(), [other]) == [(Clash.SAME_PLACE, "B")]

    def test_morning_and_afternoon_do_not_clash(self):
        other = slot("B", lecture=2, half_day="pm")
        assert clashes(slot(half_day="am"), [other]) == []

    def test_an_hour_that_is_not_said_may_clash(self):
        assert clashes(slot(half_day="am"), [slot("B", lecture=2)]) == [(Clash.SAME_PLACE, "B")]

    def test_a_lecturer_is_at_one_place_on_a_day(self):
        other = slot("B", place="南宁", lecture=2, beneficiary=2)
        assert clashes(slot(), [other]) == [(Clash.LECTURER_ELSEWHERE, "B")]

    @pytest.mark.parametrize("mode", ["dvd", "network_video"])
    def test_a_recording_needs_no_lecturer(self, mode):
        other = slot("B", place="", lecture=2, beneficiary=2, mode=mode)
        assert clashes(slot(), [other]) == []

    def test_the_same_lecture_to_the_same_region_on_another_day(self):
        other = slot("B", date=DAY + timedelta(days=40), place="南宁")
        assert clashes(slot(), [other]) == [(Clash.SAME_LECTURE, "B")]

    def test_another_region_may_hear_it_too(self):
        assert clashes(slot(), [slot("B", date=DAY + timedelta(days=40), beneficiary=2)]) == []

    def test_one_event_does_not_clash_with_itself(self):
        other = slot("B", beneficiary=2, joint_event="X")
        assert clashes(slot(joint_event="X"), [other]) == []

    def test_the_worst_is_said_first(self):
        found = clashes(slot(), [slot("C", date=DAY + timedelta(days=1)), slot("B")])
        assert [clash for clash, _code in found] == [Clash.SAME_PLACE, Clash.SAME_LECTURE, Clash.SAME_LECTURE]

    @pytest.mark.parametrize(
        ("at", "half"),
        [(None, ""), (time(8), "am"), (time(11, 59), "am"), (time(12), "pm"), (time(19), "pm")],
    )
    def test_half_days(self, at, half):
        assert half_day(at) == half


@given(st.lists(st.tuples(st.dates(), st.integers(1, 99)), unique_by=lambda each: each[1], max_size=8))
def test_of_those_that_are_alike_the_first_repeats_none_and_all_others_repeat_it(held):
    marked = repeats(held)
    assert sorted(marked) == sorted(number for _day, number in held)
    firsts = [number for number, first in marked.items() if first is None]
    assert len(firsts) == min(len(held), 1)
    if held:
        assert firsts == [min(held)[1]]
        assert set(marked.values()) - {None} <= set(firsts)


@pytest.mark.django_db
class TestWarnings:
    def warnings(self, world, a_lecture, **said):
        given = {
            "lecture_id": a_lecture.pk, "mode_code": "onsite", "beneficiaries": [world.guangxi.pk],
            "date": world.day, "place": "南宁", **said,
        }  # fmt: skip
        return clash_warnings(**given)

    def test_what_stands_is_named(self, arranged, a_lecture, world):
        there = arranged()
        found = self.warnings(world, a_lecture)
        assert [each.clash for each in found] == [Clash.LECTURER_ELSEWHERE]
        assert there.code in sentence(found[0], seen=True)
        assert there.code not in sentence(found[0], seen=False)
        # The key stands on the page also of who may not open the session.
        assert there.code not in found[0].key

    def test_what_was_cancelled_clashes_with_nothing(self, arranged, a_lecture, world):
        api.cancel_session(session=arranged(), by=world.supporting_officer, at=world.now)
        assert self.warnings(world, a_lecture) == []

    def test_queries_do_not_grow(self, arranged, a_lecture, world, django_assert_max_num_queries):
        for day in range(6):
            arranged(on=world.day + timedelta(days=day))
        with django_assert_max_num_queries(3):
            assert len(self.warnings(world, a_lecture)) == 6


@pytest.mark.django_db
class TestRepeats:
    def first_of(self, session):
        return TrainingSession.objects.get(pk=session.pk).repeat_of_id

    def test_the_second_repeats_the_first(self, arranged, world):
        first, second = arranged(), arranged(on=world.day + timedelta(days=7))
        assert (self.first_of(first), self.first_of(second)) == (None, first.pk)
        assert api.session_fact(second.code).repeat_of_id == first.pk

    def test_one_that_is_entered_later_for_an_earlier_day_becomes_the_first(self, arranged, world):
        later = arranged(on=world.day + timedelta(days=7))
        earlier = arranged()
        assert (self.first_of(earlier), self.first_of(later)) == (None, earlier.pk)

    def test_when_the_first_is_cancelled_the_next_one_is_it(self, arranged, world):
        days = [arranged(on=world.day + timedelta(days=day)) for day in (0, 7, 14)]
        api.cancel_session(session=days[0], by=world.supporting_officer, at=world.now)
        assert [self.first_of(each) for each in days] == [None, None, days[1].pk]

    def test_another_mode_or_region_repeats_nothing(self, arranged, world):
        arranged()
        assert self.first_of(arranged("dvd")) is None
        assert self.first_of(arranged(beneficiary=world.yunnan)) is None
