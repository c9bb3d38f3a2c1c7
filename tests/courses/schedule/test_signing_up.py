"""Signing up for a session to come (报名): seats, the waiting list, who may, and who reads the names."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from courses import api
from courses.schedule import announcing, notices, signing_up
from courses.schedule.models import SignUp, TrainingSession
from courses.schedule.signing_up import UnableToSignUp
from qianchang.people.models import Notice
from tests.courses.factories import make_published_lecture
from tests.courses.schedule.conftest import MODES

pytestmark = pytest.mark.django_db
State = SignUp.State


@pytest.fixture(autouse=True)
def today(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def arrange(world):
    """Return a function that schedules a session for Guangxi in five days and says how many seats it has."""
    lecture = make_published_lecture(world, released_to=[world.guangxi], title="边境贸易合同审查")
    api.ensure_delivery_modes(MODES)

    def entered(*, seats=1, beneficiary=None, **said):
        session = api.schedule_session(
            lecture=lecture,
            mode_code="onsite",
            supporter=world.guangdong,
            beneficiary=beneficiary or world.guangxi,
            date=(world.now + timedelta(days=5)).date(),
            place="那坡县司法局",
            by=world.supporting_officer,
            at=world.now,
        )
        session = TrainingSession.objects.get(code=session.code)
        say(session, seats=seats, **said)
        return TrainingSession.objects.get(pk=session.pk)

    def say(session, **said):
        told = {
            "begins_at": None,
            "seats": 1,
            "audience": "",
            "takes_names": True,
            "sign_up": "",
            "sign_up_last_date": None,
            "text": "",
            **said,
        }
        notices.write_notice(session=session, by=world.supporting_officer, at=world.now, **told)

    entered.say = say
    return entered


@pytest.fixture
def crowd(world):
    """Three lawyers of 那坡县 with accounts."""
    return [world.county_lawyer, *(colleague(world, number) for number in (1, 2))]


def colleague(world, number):
    lawyer = world.lawyer(f"1451020201000000{number}", f"同事{number}", world.napo_firm)
    assert lawyer.account is not None
    return lawyer


def sign_up(session, lawyer, world):
    return signing_up.sign_up(session=session, lawyer=lawyer, by=lawyer.account, at=world.now)


def states(session):
    return list(session.sign_ups.order_by("lawyer").values_list("state", "seat"))


def test_one_seat_goes_to_the_first_and_the_others_wait_in_their_order(world, arrange, crowd):
    session = arrange(seats=1)
    for lawyer in crowd:
        sign_up(session, lawyer, world)
    assert states(session) == [(State.SIGNED_UP, 1), (State.WAITING, None), (State.WAITING, None)]
    assert [signing_up.places_of(session, lawyer).position for lawyer in crowd] == [None, 1, 2]
    # Twice is the same as once
    assert sign_up(session, crowd[2], world) == SignUp.objects.get(lawyer=crowd[2])
    assert signing_up.places_of(session, None).waiting == 2


def test_whoever_cannot_come_makes_room_for_the_first_who_waits(world, arrange, crowd):
    session = arrange(seats=1)
    for lawyer in crowd:
        sign_up(session, lawyer, world)
    for _again in range(2):
        signing_up.withdraw(session=session, lawyer=crowd[0], by=crowd[0].account, at=world.now)
    assert states(session) == [(State.WITHDRAWN, None), (State.SIGNED_UP, 1), (State.WAITING, None)]
    told = Notice.objects.get(event="session_place")
    assert told.account == crowd[1].account
    # Whoever comes back comes last
    assert sign_up(session, crowd[0], world).state == State.WAITING
    assert signing_up.places_of(session, crowd[0]).position == 2


def test_more_seats_go_to_those_who_wait_and_fewer_take_none_away(world, arrange, crowd):
    session = arrange(seats=1)
    for lawyer in crowd:
        sign_up(session, lawyer, world)
    arrange.say(session, seats=2)
    assert [state for state, _seat in states(session)] == [State.SIGNED_UP, State.SIGNED_UP, State.WAITING]
    arrange.say(session, seats=1)
    assert [state for state, _seat in states(session)] == [State.SIGNED_UP, State.SIGNED_UP, State.WAITING]
    arrange.say(session, seats=None)
    assert [state for state, _seat in states(session)] == [State.SIGNED_UP] * 3


def test_the_database_gives_no_seat_twice_and_none_to_whoever_waits(world, arrange, crowd):
    session = arrange(seats=3)
    sign_up(session, crowd[0], world)
    place = sign_up(session, crowd[1], world)
    for wrong in ({"seat": 1}, {"seat": None}, {"state": State.WAITING}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SignUp.objects.filter(pk=place.pk).update(**wrong)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"takes_names": False, "sign_up": "电话"}, "不在本站报名"),
        ({"sign_up_last_date": "yesterday"}, "报名已在"),
        ({"beneficiary": "yunnan"}, "面向云南省律师协会的律师"),
    ],
)
def test_who_cannot_sign_up_is_told_why(world, arrange, said, sentence):
    if said.get("sign_up_last_date"):
        said = {"sign_up_last_date": (world.now - timedelta(days=1)).date()}
    if said.get("beneficiary"):
        said = {"beneficiary": world.yunnan}
    session = arrange(**said)
    with pytest.raises(UnableToSignUp, match=sentence):
        sign_up(session, world.county_lawyer, world)
    assert not SignUp.objects.exists()


def test_nobody_signs_up_for_another_or_for_a_session_that_is_cancelled(world, arrange, crowd):
    session = arrange(seats=1)
    with pytest.raises(UnableToSignUp, match="只有律师本人"):
        signing_up.sign_up(session=session, lawyer=crowd[1], by=crowd[0].account, at=world.now)
    api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
    with pytest.raises(UnableToSignUp, match="已经办过或取消"):
        sign_up(session, crowd[0], world)


def test_who_signed_up_hears_that_it_is_cancelled_even_before_the_region_was_told(world, arrange):
    session = arrange(seats=1)
    sign_up(session, world.county_lawyer, world)
    api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
    announcing.announce_sessions(at=world.now)
    assert Notice.objects.filter(account=world.county_account, event="session_cancelled").exists()


def test_a_lawyer_signs_up_on_the_page_and_withdraws_there(world, arrange, client_for):
    session, client = arrange(seats=1), client_for(world.county_account)
    page = f"/sessions/{session.code}/"
    assert 'id="sign-up"' in client.get(page).content.decode()
    assert "已报名。" in client.post(f"{page}sign-up/", follow=True).content.decode()
    assert 'id="signed-up"' in client.get("/my/").content.decode()
    client.post(f"{page}sign-up/", {"action": "withdraw"})
    assert 'id="signed-up"' not in client.get("/my/").content.decode()
    assert SignUp.objects.get().state == State.WITHDRAWN


def test_a_guest_is_asked_to_sign_in_and_an_officer_has_no_button(world, arrange, client_for):
    session = arrange(seats=1)
    page = f"/sessions/{session.code}/"
    guest = Client().get(page).content.decode()
    assert f"next={quote(page)}" in guest
    assert 'id="sign-up"' not in guest
    officer = client_for(world.supporting_officer)
    assert 'id="sign-up"' not in officer.get(page).content.decode()
    assert officer.post(f"{page}sign-up/").status_code == 403


def test_names_are_read_by_the_officers_of_their_own_roster(world, arrange, client_for):
    session = arrange(seats=1)
    sign_up(session, world.county_lawyer, world)
    desk = f"/office/sessions/{session.code}/sign-ups/"
    own = client_for(world.beneficiary_officer).get(desk).content.decode()
    assert world.county_lawyer.name in own
    assert world.county_lawyer.licence_number not in own
    other = client_for(world.supporting_officer).get(desk).content.decode()
    assert world.county_lawyer.name not in other
    assert 'id="places"' in other


def test_queries_of_the_names_do_not_grow(world, arrange, client_for, crowd, django_assert_max_num_queries):
    session, client = arrange(seats=None), client_for(world.beneficiary_officer)
    sign_up(session, crowd[0], world)
    desk = f"/office/sessions/{session.code}/sign-ups/"
    client.get(desk)
    with django_assert_max_num_queries(20) as one:
        client.get(desk)
    for lawyer in crowd[1:]:
        sign_up(session, lawyer, world)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(desk)
