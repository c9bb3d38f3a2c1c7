"""What was decided of a sheet stays as it was decided, whatever the rules say one day."""

from datetime import time
from decimal import Decimal

import pytest

from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another, page_of

pytestmark = pytest.mark.django_db


class TestWhatWasDecidedStays:
    def test_the_page_shows_the_grade_and_the_hours_of_the_decision(self, room: Room, monkeypatch):
        lawyer = room.lawyers(1)[0]
        decision = room.confirmed(room.keyed(room.row(lawyer)))
        assert decision.proof == {
            "supervised": True,
            "scanned": True,
            "by_machine": False,
            "carried": False,
            "codes": [True, True, True],
            "reported": room.day.isoformat(),
        }
        # When the codes or the rules are others one day, then what was decided is shown all the same.
        monkeypatch.setattr("courses.sheets.queries.codes_right", lambda *_: [False] * 3)
        monkeypatch.setattr("courses.sheets.rules.evidence_grade", lambda _: "C")
        monkeypatch.setattr("courses.attendance.rules.Terms.hours", lambda *_: Decimal("9.5"))
        page = page_of(room.city_officer, room, "review/")
        assert "<b>A</b>" in page
        assert "错误" not in page
        assert '<td class="r n">2.5' in page
        assert '<td class="r n">9.5' not in page

    def test_one_that_was_confirmed_before_the_proof_was_kept(self, room: Room, monkeypatch):
        monkeypatch.setattr("courses.sheets.proving.kept", lambda *_: None)
        room.confirmed()
        monkeypatch.setattr("courses.sheets.rules.evidence_grade", lambda _: "C")
        assert "<b>A</b>" in page_of(room.city_officer, room, "review/")

    def test_who_had_the_hours_already_is_not_shown_with_them_twice(self, room: Room):
        lawyer = room.lawyers(1)[0]
        room.confirmed(room.keyed(room.row(lawyer)))
        second = another(room)
        second.__dict__.update(session=room.session, disc=room.disc, lecture=room.lecture)
        second.__dict__["sheet"] = second.opened(site="那坡县党校", begins_at=time(11))
        second.save(second.keyed(second.row(lawyer)))
        second.scan()
        second.report()
        second.confirm(at=room.world.later(days=2))
        assert "已有学时" in page_of(room.city_officer, second, "review/")
