"""Answer sheets: who watched alone from a disc, with that disc's codes and a signed statement."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from courses.credits.models import CreditEntry
from courses.discs import answering, codes, moving, rules
from courses.discs.answering import UnableToAnswer
from courses.discs.models import AnswerSheet
from qianchang.people import operations
from qianchang.people.models import Lawyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def disc(discs):
    return discs.received()


@pytest.fixture
def right(disc):
    """What the disc shows."""
    return [code.digits for code in codes.codes_of(disc, disc.master.lectures.get().version)]


@pytest.fixture
def answer(discs, disc, right):
    world = discs.world
    version = disc.master.lectures.get().version

    def key(**said):
        given = {
            "disc": disc,
            "version": version,
            "lawyer": world.county_lawyer,
            "watched_on": world.day + timedelta(days=3),
            "typed": right,
            "agreed": True,
            "by": world.county_account,
            "at": world.later(days=4),
            **said,
        }
        return answering.key_answer_sheet(**given)

    return key


def test_the_right_codes_give_the_hours_of_the_lecture_with_grade_b(discs, answer):
    sheet = answer()
    assert sheet.accepted
    entry = CreditEntry.objects.get()
    assert (entry.lawyer, entry.mode_code, entry.grade) == (discs.world.county_lawyer, "dvd", "B")
    assert (str(entry.hours), entry.codes_answered) == ("2.5", 3)
    assert "本人" in sheet.statement or "I watched" in sheet.statement


def test_twice_is_once(answer):
    assert answer() == answer()
    assert CreditEntry.objects.count() == 1


def test_a_wrong_code_is_named_and_gives_nothing(answer, right):
    first, second, third = right
    sheet = answer(typed=[first, f"{(int(second) + 1) % 10_000:04d}", third])
    assert (sheet.accepted, sheet.right) == (False, [True, False, True])
    assert "2" in answering.wrong_sentence(sheet)
    assert not CreditEntry.objects.exists()
    assert answer().accepted


def test_the_codes_of_another_disc_give_nothing(discs, disc, answer):
    other = discs.received(discs.sent(discs.made(disc.master)))
    assert not answer(disc=other).accepted
    assert not CreditEntry.objects.exists()


def test_nobody_guesses_on(answer):
    for _try in range(rules.WRONG_SHEETS_ALLOWED):
        answer(typed=["0000"])
    with pytest.raises(UnableToAnswer):
        answer()
    assert AnswerSheet.objects.count() == rules.WRONG_SHEETS_ALLOWED


def test_the_association_keys_the_paper_of_somebody_who_has_no_try_left(discs, answer):
    for _try in range(rules.WRONG_SHEETS_ALLOWED):
        answer(typed=["0000"])
    with pytest.raises(UnableToAnswer, match="律协"):
        answer()
    assert answer(by=discs.world.beneficiary_officer).accepted


def test_an_officer_guesses_no_more_than_a_lawyer(discs, answer):
    for _try in range(rules.WRONG_SHEETS_ALLOWED):
        answer(typed=["0000"], by=discs.world.beneficiary_officer)
    with pytest.raises(UnableToAnswer, match="同事"):
        answer(by=discs.world.beneficiary_officer)


def test_a_disc_that_went_on_to_the_next_county_still_proves_who_watched_it_here(discs, disc, answer):
    world = discs.world
    jingxi = world.region("451081", "靖西市", "county", world.baise_region)
    contact = world.grant(
        world.account("nong.lianluo", "农联络员"), "county_contact", world.guangxi, region=jingxi
    )
    gone, there = world.later(days=10), world.later(days=14)
    discs.sent(disc, to=discs.to_napo(jingxi), on=gone.date(), at=gone)
    moving.receive(disc=disc, holder="农联络员", on=there.date(), by=contact, at=there)
    disc.refresh_from_db()
    # It left on the tenth day: what was watched later was watched elsewhere.
    with pytest.raises(UnableToAnswer):
        answer(watched_on=world.day + timedelta(days=11), at=world.later(days=20))
    firm = operations.register_firm(
        name="靖西律师事务所", region=jingxi, association=world.guangxi, at=world.now
    )
    neighbour = world.lawyer("14510201611223355", "陆靖西", firm)
    for days, taken in ((3, False), (12, False), (14, True)):
        said = {"lawyer": neighbour, "by": neighbour.account, "at": world.later(days=20)}
        try:
            answer(watched_on=world.day + timedelta(days=days), **said)
        except UnableToAnswer:
            assert not taken
        else:
            assert taken
    assert answer(at=world.later(days=20)).accepted


@pytest.mark.parametrize(
    "said",
    [
        {"agreed": False},
        {"watched_on_days": -1},
        {"watched_on_days": 9},
    ],
)
def test_without_statement_or_on_a_day_that_cannot_be_nothing_is_taken(discs, answer, said):
    days = said.pop("watched_on_days", None)
    if days is not None:
        said["watched_on"] = discs.world.day + timedelta(days=days)
    with pytest.raises(UnableToAnswer):
        answer(**said)
    assert not AnswerSheet.objects.exists()


def test_a_disc_that_did_not_arrive_gives_nothing(discs, answer, disc):
    on_its_way = discs.sent(discs.made(disc.master))
    with pytest.raises(UnableToAnswer, match="D-0002"):
        answer(disc=on_its_way)


def test_a_disc_of_another_county_gives_nothing(discs, answer):
    world = discs.world
    stranger = world.lawyer("14510201611223355", "陆城里", world.baise_firm)
    with pytest.raises(UnableToAnswer, match="那坡县"):
        answer(lawyer=stranger, by=stranger.account)


def test_an_officer_keys_the_paper_of_the_own_roster_and_of_no_other(discs, answer):
    world = discs.world
    with pytest.raises(PermissionDenied):
        answer(by=world.yunnan_officer)
    with pytest.raises(PermissionDenied):
        answer(by=world.county_contact)
    assert answer(by=world.beneficiary_officer).by == world.beneficiary_officer
    assert Lawyer.objects.get(pk=world.county_lawyer.pk).answer_sheets.count() == 1
