"""A sign-in sheet names lawyers: its region reads it, the supporting side only one that it handed in itself."""

from datetime import timedelta

import pytest
import time_machine

from courses.schedule import evidence
from courses.schedule.models import TrainingSession
from qianchang.groundwork import vault
from tests.courses.schedule.conftest import paper
from tests.courses.schedule.test_evidence_pages import address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(world):
    assert world.napo_region
    with time_machine.travel(world.now, tick=False) as clock:
        yield clock


@pytest.fixture
def handed_in(world):
    """Return a function by which somebody hands in the scan of a sign-in sheet, or another paper."""

    def hand_in(session, by, *, kind="sign_in", more=b"%one"):
        file = paper(kind, more=more)
        return evidence.add_file(session=session, kind=kind, file=file, by=by, at=world.now)

    return hand_in


def opens(client, piece):
    """Whether the page has an address of a piece, and whether that opens, which must be the same."""
    page = client.get(address(piece.session))
    lines = [line for section in page.context["sections"] for line in section.lines]
    (line,) = [line for line in lines if line.piece == piece]
    reader = page.wsgi_request.user.pk
    key = vault.sign(piece.sha256, viewer=reader)
    file = client.get(f"{address(piece.session)}{piece.pk}/", {"key": key})
    assert (file.status_code == 200) == bool(line.url)
    if not line.url:
        assert file.status_code == 404
        assert piece.sha256 in page.content.decode().replace("<wbr>", ""), "that it is there, and which"
    return bool(line.url)


@pytest.mark.parametrize("mode", ["onsite", "network_video", "dvd", "teleconference"])
def test_the_supporting_side_has_the_digest_of_a_sheet_that_the_region_handed_in(
    arranged, handed_in, world, client_for, mode
):
    piece = handed_in(arranged(mode), world.beneficiary_officer)
    assert opens(client_for(world.beneficiary_officer), piece)
    assert not opens(client_for(world.supporting_officer), piece)
    assert not opens(client_for(world.national_officer), piece)
    assert opens(client_for(world.administrator), piece)


def test_of_a_sheet_of_the_county_the_city_opens_it_and_the_supporting_side_does_not(
    arranged, handed_in, world, client_for
):
    piece = handed_in(arranged(), world.county_contact)
    assert opens(client_for(world.county_contact), piece)
    assert opens(client_for(world.beneficiary_officer), piece)
    assert not opens(client_for(world.supporting_officer), piece)


def test_a_sheet_that_the_supporting_side_handed_in_opens_to_its_officers_and_to_the_region(
    arranged, handed_in, world, client_for
):
    piece = handed_in(arranged(), world.supporting_officer)
    for reader in (
        world.supporting_officer,
        world.second_supporting_officer,
        world.beneficiary_officer,
    ):
        assert opens(client_for(reader), piece)
    assert not opens(client_for(world.expert), piece)


def test_a_lecturer_opens_the_own_sheet_and_the_side_that_sent_them_does(
    arranged, handed_in, world, client_for
):
    piece = handed_in(arranged(), world.expert)
    assert opens(client_for(world.expert), piece)
    assert opens(client_for(world.supporting_officer), piece)


def test_a_paper_without_names_opens_to_both_sides(arranged, handed_in, world, client_for):
    piece = handed_in(arranged(), world.beneficiary_officer, kind="agenda")
    assert opens(client_for(world.supporting_officer), piece)


def test_one_that_was_replaced_stays_closed(arranged, handed_in, world, client_for):
    session = arranged()
    old = handed_in(session, world.beneficiary_officer)
    evidence.add_file(
        session=session,
        kind="sign_in",
        file=paper("sign_in", more=b"%two"),
        replaces=old.pk,
        by=world.beneficiary_officer,
        at=world.now,
    )
    for reader, there in ((world.beneficiary_officer, True), (world.supporting_officer, False)):
        page = client_for(reader).get(address(session))
        assert [bool(line.url) for line in page.context["earlier"]] == [there]


class TestOneEventForTwoRegions:
    @pytest.fixture
    def both(self, arranged, world):
        """The sessions of one event, of Guangxi and of Yunnan."""
        mine, theirs = arranged(), arranged(beneficiary=world.yunnan)
        TrainingSession.objects.filter(pk__in=[mine.pk, theirs.pk]).update(joint_event=mine.code)
        return TrainingSession.objects.get(pk=mine.pk), TrainingSession.objects.get(pk=theirs.pk)

    @pytest.mark.parametrize("who", ["supporting_officer", "expert"])
    def test_what_the_supporting_side_handed_in_opens_to_no_region(
        self, both, handed_in, world, client_for, who
    ):
        # Both regions signed one paper, and it is handed in once; or its two photos are other files.
        once = handed_in(both[0], getattr(world, who), more=b"%once")
        photos = [handed_in(session, getattr(world, who), more=session.code.encode()) for session in both]
        for piece in (once, photos[0]):
            assert not opens(client_for(world.beneficiary_officer), piece)
        assert not opens(client_for(world.yunnan_officer), photos[1])
        assert opens(client_for(world.supporting_officer), once)
        page = client_for(world.beneficiary_officer).get(address(both[0])).content.decode()
        assert "请由各地区自己提交本地区的签到表" in page

    def test_the_same_paper_at_both_opens_to_neither_region(self, both, handed_in, world, client_for):
        mine = handed_in(both[0], world.county_contact)
        assert opens(client_for(world.beneficiary_officer), mine)
        handed_in(both[1], world.yunnan_officer)
        assert not opens(client_for(world.beneficiary_officer), mine)

    def test_a_paper_that_a_region_handed_in_opens_to_it(self, both, handed_in, world, client_for):
        mine = handed_in(both[0], world.county_contact, more=b"%guangxi")
        handed_in(both[1], world.yunnan_officer, more=b"%yunnan")
        assert opens(client_for(world.beneficiary_officer), mine)
        page = client_for(world.beneficiary_officer).get(address(both[0])).content.decode()
        assert "请由各地区自己提交本地区的签到表" not in page

    def test_a_copy_that_was_taken_out_of_the_wrong_session_closes_nothing(
        self, both, handed_in, world, client_for
    ):
        wrong = handed_in(both[1], world.supporting_officer)
        evidence.withdraw_file(session=both[1], piece=wrong.pk, by=world.supporting_officer, at=world.now)
        assert opens(client_for(world.beneficiary_officer), handed_in(both[0], world.county_contact))

    def test_a_copy_in_a_cancelled_session_closes_nothing(self, both, handed_in, world, client_for):
        handed_in(both[1], world.supporting_officer)
        TrainingSession.objects.filter(pk=both[1].pk).update(state="cancelled")
        assert opens(client_for(world.beneficiary_officer), handed_in(both[0], world.county_contact))


def test_who_was_an_officer_when_it_was_handed_in_decides_for_ever(
    arranged, handed_in, world, today, client_for
):
    piece = handed_in(arranged(), world.supporting_officer)
    world.supporting_officer.role_grants.update(valid_until=world.day + timedelta(days=1))
    today.move_to(world.later(days=30))
    assert opens(client_for(world.second_supporting_officer), piece)


def test_queries_do_not_grow_with_the_sheets(
    arranged, handed_in, world, client_for, django_assert_max_num_queries
):
    session, desk = arranged(), client_for(world.supporting_officer)
    for who in (world.beneficiary_officer, world.second_supporting_officer):
        handed_in(session, who, more=who.username.encode())
    desk.get(address(session))
    with django_assert_max_num_queries(28) as few:
        desk.get(address(session))
    for number in range(8):
        who = (world.beneficiary_officer, world.second_supporting_officer)[number % 2]
        handed_in(session, who, more=b"%%%d" % number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        desk.get(address(session))
