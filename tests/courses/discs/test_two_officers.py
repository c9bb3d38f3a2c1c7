"""Two people at one disc: a step that somebody noted meanwhile is refused with a sentence, and nothing is noted twice."""

import pytest

from courses.discs import moving, rules
from courses.discs.models import DiscEvent
from courses.discs.moving import Parcel, UnableToMove
from qianchang.people.models import Notice

pytestmark = pytest.mark.django_db


def test_who_sends_a_disc_that_a_colleague_just_sent_is_told(discs):
    disc, world = discs.made(), discs.world
    stale = type(disc).objects.get(pk=disc.pk)
    discs.sent(disc)
    with pytest.raises(UnableToMove, match="D-0001"):
        moving.dispatch(
            discs=[stale],
            to=discs.to_napo(),
            parcel=Parcel(rules.BY_HAND),
            on=world.day,
            by=world.second_supporting_officer,
            at=world.now,
        )
    assert DiscEvent.objects.filter(kind="dispatched").count() == 1


def test_who_is_told_of_a_disc_is_told_once_for_each_parcel(discs, django_capture_on_commit_callbacks):
    world = discs.world
    with django_capture_on_commit_callbacks(execute=True):
        disc = discs.received(discs.sent(discs.made()))
    with django_capture_on_commit_callbacks(execute=True):
        discs.sent(disc, on=world.day, at=world.later(hours=2))
    assert Notice.objects.filter(event="disc_sent", account=world.county_contact).count() == 2
