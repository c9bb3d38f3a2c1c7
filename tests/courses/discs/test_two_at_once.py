"""Two presses in the same moment, on PostgreSQL: one request, one disc, and one of two officers is told."""

import pytest
from django.db import connection

from courses.discs import asking, images
from courses.discs.images import UnableToMake
from courses.discs.models import Disc, DiscRequest
from media_pipeline.conductor.models import DiscImage
from qianchang.groundwork.models import AuditEntry
from tests.courses.schedule.test_two_officers import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def asked(discs):
    """Return what asks for a disc with the same lecture each time."""
    lecture, to, world = discs.lecture(), discs.to_napo(), discs.world
    by = world.county_contact

    def ask():
        return asking.ask_for_disc(lectures=[lecture], to=to, reason="无网络", by=by, at=world.now)

    return ask


def refused(told):
    return [each for each in told if isinstance(each, Exception)]


def test_the_same_request_sent_four_times_at_once_is_one(asked):
    told = together(*[asked] * 4)
    assert not refused(told)
    assert DiscRequest.objects.count() == 1


def test_two_officers_who_answer_one_request_make_one_disc(discs, asked):
    request, world = asked(), discs.world
    master = discs.master(request.lectures.get().lecture)
    officers = (world.supporting_officer, world.second_supporting_officer)
    told = together(
        *(lambda by=by: discs.numbered(master, to=discs.to_napo(), request=request, by=by) for by in officers)
    )
    assert [type(each) for each in refused(told)] == [UnableToMake]
    assert Disc.objects.count() == 1


def test_a_disc_is_called_off_once(discs):
    disc, world = discs.numbered()[0], discs.world
    officers = (world.supporting_officer, world.second_supporting_officer)
    told = together(*(lambda by=by: images.call_off(disc=disc, by=by, at=world.now) for by in officers))
    assert not refused(told)
    assert AuditEntry.objects.filter(verb="called off disc").count() == 1
    assert DiscImage.objects.get().state == "cancelled"
