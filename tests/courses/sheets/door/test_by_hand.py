"""An officer finishes by hand what the door began: its clock stays, and whoever was added needs the paper."""

from datetime import time
from uuid import uuid4

import pytest
from django.utils.timezone import localtime

from courses.credits.models import CreditEntry
from courses.sheets import deciding, filing, reading
from courses.sheets.door import operations, taking
from courses.sheets.door.operations import Identity
from courses.sheets.door.rules import Direction
from courses.sheets.operations import save_version
from tests.courses.schedule.conftest import paper

pytestmark = pytest.mark.django_db
OUT = Direction.OUT


class TestCompletedByHand:
    """The officer finishes on the page what the door began."""

    def finished(self, room, officer, at, *more):
        """The plain form as the page shows it: times without seconds."""
        door = taking.take_door(sheet=room, by=officer, at=at(11, 10)).version
        rows = [
            {
                "lawyer": row.lawyer_id,
                "mark": row.mark,
                "in": f"{localtime(row.in_at):%H:%M}",
                "out": f"{localtime(row.out_at):%H:%M}",
            }
            for row in door.rows.order_by("position")
        ]
        data = {"rows": str(len(rows) + len(more)), "base": str(door.number), "draft_id": str(uuid4())}
        data["supervisor"] = "何秘书"
        for n, row in enumerate([*rows, *more], start=1):
            data |= {f"row-{n}-{name}": str(value or "") for name, value in row.items()}
        sent = reading.from_form(data, room)
        return save_version(
            sheet=room,
            keyed=sent.keyed,
            base=sent.base,
            origin="typed",
            draft_id=sent.draft_id,
            by=officer,
            at=at(11, 12),
        ).version

    def by_hand(self, lawyer):
        return {"licence": lawyer.licence_number, "name": lawyer.name, "mark": "full"}

    def grade(self, room, officer, at, world):
        deciding.report(sheet=room, by=officer, at=at(11, 20))
        return deciding.confirm(sheet=room, by=world.second_beneficiary_officer, at=at(15)).grade

    def test_what_the_door_saw_keeps_its_clock_and_its_seconds(self, room, passes, at, officer, world):
        passes(at(9, 0, 31), lawyer=world.county_lawyer)
        passes(at(11, 0, 7), OUT, lawyer=world.county_lawyer)
        row = self.finished(room, officer, at).rows.get()
        assert (row.clock, row.in_at, row.out_at) == ("server", at(9, 0, 31), at(11, 0, 7))
        assert self.grade(room, officer, at, world) == "A"

    def test_somebody_added_without_the_paper_is_a_list_and_nothing_else(
        self, room, passes, at, officer, world
    ):
        passes(at(9), lawyer=world.county_lawyer)
        passes(at(11), OUT, lawyer=world.county_lawyer)
        self.finished(room, officer, at, self.by_hand(world.yunnan_lawyer))
        assert self.grade(room, officer, at, world) == "C"

    def test_with_the_photo_of_the_paper_it_counts_like_the_door(self, room, passes, at, officer, world):
        passes(at(9), lawyer=world.county_lawyer)
        passes(at(11), OUT, lawyer=world.county_lawyer)
        self.finished(room, officer, at, self.by_hand(world.yunnan_lawyer))
        filing.add_file(sheet=room, kind="scan", file=paper("sign_in"), by=officer, at=at(11, 15))
        assert self.grade(room, officer, at, world) == "A"
        credited = set(CreditEntry.objects.values_list("lawyer", flat=True))
        assert credited >= {world.county_lawyer.pk, world.yunnan_lawyer.pk}

    def test_who_said_at_the_door_who_was_there_does_not_confirm_it(self, room, passes, at, officer, world):
        colleague = world.second_beneficiary_officer
        operations.write_times(
            sheet=room,
            who=Identity(world.county_lawyer),
            in_at=time(9),
            out_at=time(11),
            by=colleague,
            at=at(11, 5),
        )
        taking.take_door(sheet=room, by=officer, at=at(11, 10))
        deciding.report(sheet=room, by=officer, at=at(11, 20))
        with pytest.raises(deciding.UnableToDecide, match="同事"):
            deciding.confirm(sheet=room, by=colleague, at=at(15))
