"""Requests: who asks for where, what is refused, and how far a request is."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from courses.discs import asking, board, composing
from courses.discs.asking import UnableToAsk
from courses.discs.making import Recipient
from courses.discs.models import DiscRequest
from courses.discs.scope import scope_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(discs):
    world = discs.world

    def send(*lectures, by=None, to=None, reason="县里网络太慢", at=None):
        return asking.ask_for_disc(
            lectures=lectures or (discs.lecture(),),
            to=to or discs.to_napo(),
            reason=reason,
            by=by or world.county_account,
            at=at or world.now,
        )

    return send


def state(request):
    return board.request_lines([request])[0].state.value


class TestAsking:
    def test_a_lawyer_asks_for_the_own_county(self, discs, ask):
        request = ask()
        assert (request.lawyer, request.region) == (discs.world.county_lawyer, discs.world.napo_region)
        assert state(request) == "asked"

    def test_the_same_again_while_it_waits_is_the_same(self, discs, ask):
        lecture = discs.lecture()
        assert ask(lecture) == ask(lecture)
        assert DiscRequest.objects.count() == 1

    def test_a_contact_and_an_officer_ask_in_their_own_name(self, discs, ask):
        world = discs.world
        assert ask(by=world.county_contact).lawyer is None
        assert (
            ask(by=world.beneficiary_officer, to=Recipient(world.guangxi, None, "黄专员", "南宁")).region
            is None
        )

    @pytest.mark.parametrize(
        "who", ["county_account", "county_contact", "yunnan_officer", "supporting_officer"]
    )
    def test_nobody_asks_for_another_county(self, discs, ask, who):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        with pytest.raises(PermissionDenied):
            ask(by=getattr(world, who), to=discs.to_napo(jingxi))

    def test_four_lectures_and_no_fifth(self, discs, ask):
        lectures = [discs.lecture(f"第{number}讲", minutes=10) for number in range(5)]
        assert ask(*lectures[:4]).lectures.count() == 4
        with pytest.raises(UnableToAsk, match="4"):
            ask(*lectures)

    def test_the_database_takes_no_fifth_either(self, discs, ask):
        request = ask()
        with pytest.raises(DatabaseError), transaction.atomic():
            request.lectures.create(lecture=discs.lecture("另一讲"), position=5)

    def test_what_is_not_open_to_the_region_is_not_asked_for(self, discs, ask):
        with pytest.raises(UnableToAsk):
            ask(discs.lecture(released_to=[discs.world.yunnan]))

    @pytest.mark.parametrize("missing", ["reason", "address"])
    def test_address_and_reason_are_needed(self, discs, ask, missing):
        world = discs.world
        nowhere = Recipient(world.guangxi, world.napo_region, "罗", " ")
        with pytest.raises(UnableToAsk):
            ask(to=nowhere if missing == "address" else None, reason="" if missing == "reason" else "慢")


class TestAnswering:
    def test_the_state_follows_the_disc(self, discs, ask):
        lecture = discs.lecture()
        request = ask(lecture)
        disc = discs.numbered(discs.master(lecture), request=request)[0]
        assert state(request) == "in preparation"
        discs.sent(discs.finish(disc))
        assert state(request) == "sent"
        assert board.request_lines([request])[0].parcels == ("EMS EA123456789CN",)
        discs.received(disc)
        assert state(request) == "received"

    def test_both_sides_see_it_and_a_stranger_does_not(self, discs, ask):
        request, world = ask(), discs.world
        for account in (world.beneficiary_officer, world.supporting_officer, world.county_contact):
            assert request in board.requests_seen_by(scope_of(account, on=world.day))
        for account in (world.yunnan_officer, world.second_county_lawyer.account):
            assert request not in board.requests_seen_by(scope_of(account, on=world.day))

    def test_it_is_declined_with_words_by_who_makes_discs(self, discs, ask):
        request, world = ask(), discs.world
        with pytest.raises(PermissionDenied):
            asking.decline(request=request, answer="不寄", by=world.county_contact, at=world.now)
        with pytest.raises(UnableToAsk):
            asking.decline(request=request, answer=" ", by=world.beneficiary_officer, at=world.now)
        asking.decline(request=request, answer="县里已有 D-0001", by=world.beneficiary_officer, at=world.now)
        assert state(DiscRequest.objects.get()) == "declined"
        with pytest.raises(UnableToAsk):
            asking.withdraw(request=request, by=world.county_account, at=world.now)

    def test_one_takes_back_the_own_request_until_a_disc_is_begun(self, discs, ask):
        world, lecture = discs.world, discs.lecture()
        request = ask(lecture)
        with pytest.raises(PermissionDenied):
            asking.withdraw(request=request, by=world.county_contact, at=world.now)
        asking.withdraw(request=request, by=world.county_account, at=world.now)
        assert state(DiscRequest.objects.get()) == "withdrawn"
        second = ask(lecture)
        discs.numbered(discs.master(lecture), request=second)
        with pytest.raises(UnableToAsk):
            asking.withdraw(request=second, by=world.county_account, at=world.now)


def test_lectures_are_offered_once_that_are_open_and_agreed_to(discs):
    world = discs.world
    open_one = discs.lecture("甲讲")
    discs.lecture("乙讲", released_to=[world.yunnan])
    asker = asking.asker_of(world.county_account, at=world.now)
    assert asker is not None
    assert list(asking.lectures_for(asker, search="", at=world.now)) == [open_one]
    assert composing.searched(asking.lectures_for(asker, search="", at=world.now), "乙").count() == 0
