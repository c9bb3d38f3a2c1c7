"""Somebody is erased: discs stay where they are, and nothing of them says whose name stood on a parcel or a sheet."""

import pytest

from courses.discs import answering, asking, codes, moving
from courses.discs.making import Recipient
from courses.discs.models import AnswerSheet, Disc, DiscEvent, DiscRequest
from courses.discs.moving import Parcel
from qianchang.people.privacy import erasure
from qianchang.people.privacy.subjects import subject_of
from tests.courses.test_erasure import places_in_the_database

pytestmark = pytest.mark.django_db
NAME = "韦晓岚"


def test_a_request_a_parcel_and_an_answer_sheet_forget_the_name(discs):
    world, lawyer, lecture = discs.world, discs.world.county_lawyer, discs.lecture()
    to = Recipient(world.guangxi, world.napo_region, f"{NAME} 13800000000", f"边城律师事务所{NAME}收")
    request = asking.ask_for_disc(
        lectures=[lecture], to=to, reason=f"{NAME}：网络太慢", by=world.county_account, at=world.now
    )
    disc = discs.made(discs.master(lecture), request=request, to=to)
    moving.dispatch(
        discs=[disc],
        to=to,
        parcel=Parcel("EMS", "1"),
        on=world.day,
        by=world.supporting_officer,
        at=world.now,
    )
    moving.receive(disc=disc, holder=NAME, on=world.day, by=world.county_contact, at=world.later(hours=1))
    version = disc.master.lectures.get().version
    answering.key_answer_sheet(
        disc=disc,
        version=version,
        lawyer=lawyer,
        watched_on=world.day,
        typed=[code.digits for code in codes.codes_of(disc, version)],
        agreed=True,
        by=world.county_account,
        at=world.later(hours=5),
    )

    erasure.erase_subject(subject_of(lawyer=lawyer, account=lawyer.account), at=world.later(hours=6))

    mine = {"discs_discrequest", "discs_disc", "discs_discevent", "discs_answersheet"}
    assert not {place for place in places_in_the_database(NAME) if place.split(".")[0] in mine}
    assert [event.kind for event in DiscEvent.objects.order_by("sequence")] == [
        "made",
        "dispatched",
        "received",
    ]
    assert (Disc.objects.count(), DiscRequest.objects.count(), AnswerSheet.objects.count()) == (1, 1, 1)
