"""What the discs of a session prove, and that typed numbers prove neither master nor dispatch."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import api
from courses.schedule import evidence
from courses.schedule.models import TrainingSession
from tests.courses.discs.test_making import a_session

pytestmark = pytest.mark.django_db


def shown(session):
    return {item.label: (item.present, item.detail) for item in api.session_fact(session.code).evidence}


def of_discs(session):
    found = shown(session)
    names = ("母盘校验值", "光盘编号", "光盘寄出", "光盘签收回执")
    english = ("Checksum of the master", "Disc serial number", "Dispatch of the disc", "Receipt of the disc")
    return [found[name if name in found else other] for name, other in zip(names, english, strict=True)]


def test_each_step_of_the_disc_fills_its_line(discs):
    lecture = discs.lecture()
    session = a_session(discs, lecture)
    assert [present for present, _words in of_discs(session)] == [False] * 4
    disc = discs.made(discs.master(lecture))
    assert of_discs(session)[0] == (True, disc.master.sha256[:8])
    assert of_discs(session)[1:] == [(True, "D-0001"), (False, ""), (False, "")]
    discs.sent(disc)
    assert of_discs(session)[2:] == [(True, "D-0001"), (False, "")]
    discs.received(disc)
    assert of_discs(session)[3] == (True, "D-0001")


def test_many_discs_are_named_shortly(discs):
    lecture = discs.lecture()
    session = a_session(discs, lecture)
    for disc in discs.numbered(discs.master(lecture), count=5):
        discs.finish(disc)
    assert of_discs(session)[1] == (True, "D-0001、D-0002、D-0003 +2")


def test_typed_numbers_stay_and_prove_neither_master_nor_dispatch(discs):
    session = a_session(discs, discs.lecture())
    evidence.write_details(
        session=TrainingSession.objects.get(pk=session.pk),
        said={"disc_serials": "老盘 0031"},
        seen_at=None,
        by=discs.world.supporting_officer,
        at=discs.world.now,
    )
    assert of_discs(session) == [(False, ""), (True, "老盘 0031"), (False, ""), (False, "")]


def asked_of_discs(sessions):
    """How many questions about discs the facts of some sessions cost."""
    with CaptureQueriesContext(connection) as asked:
        api.session_facts(ids=[session.pk for session in sessions])
    return sum("discs_" in query["sql"] for query in asked)


def test_sessions_of_other_modes_ask_nobody_for_discs(discs):
    lectures = [discs.lecture(f"第{number}讲") for number in range(2)]
    sessions = [
        a_session(discs, lecture, mode_code="onsite", place=f"会议室{lecture.pk}") for lecture in lectures
    ]
    assert asked_of_discs(sessions) == 0


def test_many_dvd_sessions_cost_two_queries(discs):
    lectures = [discs.lecture(f"第{number}讲", minutes=60) for number in range(3)]
    sessions = [a_session(discs, lecture) for lecture in lectures]
    for disc in discs.numbered(discs.master(*lectures), count=2):
        discs.finish(disc)
    assert asked_of_discs(sessions) == 2
