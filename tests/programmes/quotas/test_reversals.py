"""冲正: a counted session is taken back by two people, and the ledger keeps both entries."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from courses import api as courses
from programmes.quotas import reversals
from programmes.quotas.board import board
from programmes.quotas.models import QuotaEntry, Reversal
from programmes.quotas.reversals import UnableToReverse
from qianchang.groundwork import ledgers, sweeping
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Notice
from qianchang.people.todo import todo
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_NOVEMBER, END_OF_OCTOBER
from tests.world import World


@pytest.fixture
def entry(office: Office) -> QuotaEntry:
    """A session of October, counted when 梁秘书 closed the month."""
    office.confirmed()
    (posted,) = office.close("2026-10", at=END_OF_OCTOBER).entries
    return posted


def proposed(entry: QuotaEntry, world: World, *, by: str = "beneficiary_officer", reason: str = "重复计入"):
    return reversals.propose_reversal(entry=entry, reason=reason, by=getattr(world, by), at=END_OF_NOVEMBER)


def test_a_reversal_posts_minus_one_in_the_open_month_for_the_month_held(
    office: Office, world: World, entry: QuotaEntry
):
    made = proposed(entry, world)
    assert board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day).this_year.counted == 1
    taken = reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
    assert (taken.quantity, taken.effective_month, taken.posted_month) == (-1, "2026-10", "2026-11")
    assert (taken.reverses, taken.reason) == (entry, "重复计入")
    shown = board(office.plan, supporter=world.guangdong, year=2026, as_of=date(2026, 11, 30))
    assert (shown.this_year.counted, shown.over_the_years.counted) == (0, 0)
    assert ledgers.verify(QuotaEntry, "CN-GD") == []
    assert office.close("2026-11", at=END_OF_NOVEMBER).entries == ()


def test_who_proposed_it_does_not_decide_it(world: World, entry: QuotaEntry):
    made = proposed(entry, world, by="second_supporting_officer")
    with pytest.raises(UnableToReverse, match="同事"):
        reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
    with pytest.raises(UnableToReverse, match="同事"):
        reversals.refuse_reversal(
            reversal=made, answer="不是", by=world.second_supporting_officer, at=END_OF_NOVEMBER
        )
    assert QuotaEntry.objects.count() == 1


def test_who_posted_the_month_proposes_but_does_not_decide(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    with pytest.raises(UnableToReverse, match="结账"):
        reversals.approve_reversal(reversal=made, by=world.supporting_officer, at=END_OF_NOVEMBER)
    assert QuotaEntry.objects.count() == 1
    reversals.refuse_reversal(
        reversal=made, answer="两场不同", by=world.second_supporting_officer, at=END_OF_NOVEMBER
    )
    own = proposed(entry, world, by="supporting_officer")
    reversals.approve_reversal(reversal=own, by=world.national_officer, at=END_OF_NOVEMBER)
    assert QuotaEntry.objects.count() == 2


def test_the_database_refuses_one_person_twice(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reversal.objects.filter(pk=made.pk).update(
            state="refused", answer="x", decided_by=made.proposed_by, decided_at=END_OF_NOVEMBER
        )


@pytest.mark.parametrize(
    "change",
    [
        {"state": "proposed", "decided_by": None, "decided_at": None, "answer": ""},
        {"answer": "另一个理由"},
        {"reason": "另一个原因"},
        {"decided_at": END_OF_OCTOBER},
    ],
)
def test_the_database_refuses_to_rewrite_what_was_decided(
    world: World, entry: QuotaEntry, change: dict[str, object]
):
    made = proposed(entry, world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Reversal.objects.filter(pk=made.pk).update(reason="另一个原因")
    reversals.refuse_reversal(
        reversal=made, answer="两场不同", by=world.second_supporting_officer, at=END_OF_NOVEMBER
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Reversal.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        made.delete()


def test_an_erasure_takes_a_name_out_of_both_texts(world: World, entry: QuotaEntry):
    made = proposed(entry, world, reason="韦晓岚说没有去")
    reversals.refuse_reversal(
        reversal=made, answer="韦晓岚签到了", by=world.second_supporting_officer, at=END_OF_NOVEMBER
    )
    assert sweeping.sweep(["韦晓岚"])["quotas.Reversal"] == 1
    kept = Reversal.objects.get()
    assert (kept.reason, kept.answer) == ("***说没有去", "***签到了")


@pytest.mark.parametrize("reason", ["", "  ", "\x00"])
def test_both_say_why(world: World, entry: QuotaEntry, reason: str):
    with pytest.raises(UnableToReverse):
        proposed(entry, world, reason=reason)
    made = proposed(entry, world)
    with pytest.raises(UnableToReverse):
        reversals.refuse_reversal(
            reversal=made, answer=reason, by=world.second_supporting_officer, at=END_OF_NOVEMBER
        )
    assert Reversal.objects.get().state == Reversal.State.PROPOSED


def test_proposing_again_changes_nothing_and_a_second_officer_is_told(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    assert proposed(entry, world, reason="再说一次") == made
    with pytest.raises(UnableToReverse, match="已有"):
        proposed(entry, world, by="second_supporting_officer")
    assert Reversal.objects.get().reason == "重复计入"


def test_deciding_again_changes_nothing_and_a_second_officer_is_told(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    approve = {"reversal": made, "at": END_OF_NOVEMBER}
    first = reversals.approve_reversal(by=world.second_supporting_officer, **approve)
    assert reversals.approve_reversal(by=world.second_supporting_officer, **approve) == first
    with pytest.raises(UnableToReverse, match="何秘书"):
        reversals.approve_reversal(by=world.national_officer, **approve)
    with pytest.raises(UnableToReverse, match="何秘书"):
        reversals.refuse_reversal(answer="留着", by=world.national_officer, **approve)
    assert QuotaEntry.objects.count() == 2


def test_what_is_taken_back_is_not_taken_back_again(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    taken = reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
    for each in (entry, taken):
        with pytest.raises(UnableToReverse):
            proposed(each, world)


def test_a_refused_proposal_leaves_the_session_counted_and_may_come_again(
    office: Office, world: World, entry: QuotaEntry
):
    made = proposed(entry, world)
    reversals.refuse_reversal(
        reversal=made, answer="两场不同", by=world.second_supporting_officer, at=END_OF_NOVEMBER
    )
    assert board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day).this_year.counted == 1
    assert proposed(entry, world, reason="新的证据").state == Reversal.State.PROPOSED


@pytest.mark.parametrize("who", ["yunnan_officer", "expert", "editor", "county_account"])
def test_who_is_of_neither_side_proposes_nothing(world: World, entry: QuotaEntry, who: str):
    with pytest.raises(PermissionDenied):
        proposed(entry, world, by=who)


@pytest.mark.parametrize("who", ["beneficiary_officer", "administrator", "yunnan_officer"])
def test_who_posts_no_month_decides_nothing(world: World, entry: QuotaEntry, who: str):
    made = proposed(entry, world, by="second_supporting_officer")
    with pytest.raises(PermissionDenied):
        reversals.approve_reversal(reversal=made, by=getattr(world, who), at=END_OF_NOVEMBER)


def test_it_waits_on_the_list_of_those_who_may_decide(world: World, entry: QuotaEntry):
    assert world.second_supporting_officer
    proposed(entry, world)

    def waits(account) -> bool:
        titles = [group.title for group in todo(account, on=END_OF_NOVEMBER.date())]
        return "要决定的冲正" in titles

    assert waits(world.second_supporting_officer)
    assert waits(world.national_officer)
    assert not waits(world.supporting_officer)  # closed that month
    assert not waits(world.beneficiary_officer)  # proposed it
    assert not waits(world.yunnan_officer)


def test_the_other_officers_are_told_and_then_the_first_one(world: World, entry: QuotaEntry):
    assert world.second_supporting_officer
    made = proposed(entry, world)
    told = Notice.objects.filter(event="reversal_proposed").values_list("account__display_name", flat=True)
    assert set(told) == {"梁秘书", "何秘书"}
    reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
    (answer,) = Notice.objects.filter(event="reversal_decided")
    assert (answer.account, answer.words["taken_back"]) == (world.beneficiary_officer, 1)


def test_both_steps_stand_in_the_audit_log(world: World, entry: QuotaEntry):
    made = proposed(entry, world)
    reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
    verbs = AuditEntry.objects.filter(verb__in=["proposed reversal", "reversed"]).order_by("pk")
    assert [(each.verb, each.actor_id) for each in verbs] == [
        ("proposed reversal", world.beneficiary_officer.pk),
        ("reversed", world.second_supporting_officer.pk),
    ]


class TestPages:
    pytestmark = pytest.mark.usefixtures("clock")

    def test_two_officers_take_a_session_back(self, office, world, entry, client_for, clock):
        clock.move_to(END_OF_NOVEMBER)
        code = entry.session.code
        guangxi, guangdong = (
            client_for(world.beneficiary_officer),
            client_for(world.second_supporting_officer),
        )
        form = f"/office/reversals/new/{code}/"
        assert guangxi.get(form).status_code == 200
        empty = guangxi.post(form, {"reason": " "})
        assert (empty.status_code, b'id="refused"' in empty.content) == (422, True)
        page = guangxi.post(form, {"reason": "签到表是另一场的"})["Location"]
        assert 'id="approve"' not in guangxi.get(page).content.decode()
        assert "签到表是另一场的" in guangdong.get(page).content.decode()
        assert "签到表是另一场的" in guangdong.get("/office/").content.decode()
        done = guangdong.post(page + "approve/", follow=True)
        assert done.context["reversal"].state == Reversal.State.POSTED
        listed = guangxi.get("/office/reversals/").content.decode()
        assert code in listed
        assert guangxi.get(form).status_code == 404  # it counts no longer

    def test_a_closed_month_offers_no_reversal_of_what_is_reversed(
        self, office, world, entry, client_for, clock
    ):
        clock.move_to(END_OF_NOVEMBER)
        client = client_for(world.second_supporting_officer)
        month = "/office/close/BQQ-2012/2026-10/?association=CN-GD"
        link = reverse("quotas:reversal_new", args=[entry.session.code])
        assert link in client.get(month).content.decode()
        made = proposed(entry, world)
        reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
        assert link not in client.get(month).content.decode()

    def test_who_closed_the_month_reads_why_they_cannot(self, office, world, entry, client_for, clock):
        made = proposed(entry, world)
        clock.move_to(END_OF_NOVEMBER)
        shown = client_for(world.supporting_officer).get(f"/office/reversals/{made.pk}/").content.decode()
        assert 'id="why-not"' in shown
        assert 'id="approve"' not in shown

    def test_a_refusal_is_read_by_who_proposed(self, office, world, entry, client_for, clock):
        made = proposed(entry, world)
        clock.move_to(END_OF_NOVEMBER)
        page = f"/office/reversals/{made.pk}/"
        client_for(world.second_supporting_officer).post(page + "refuse/", {"answer": "两场不同"})
        assert "两场不同" in client_for(world.beneficiary_officer).get(page).content.decode()

    def test_yunnan_sees_nothing_of_it(self, office, world, entry, client_for, clock):
        made = proposed(entry, world)
        yunnan = client_for(world.yunnan_officer)
        assert yunnan.get(f"/office/reversals/{made.pk}/").status_code == 404
        assert yunnan.get(f"/office/reversals/new/{entry.session.code}/").status_code == 404
        assert entry.session.code not in yunnan.get("/office/reversals/").content.decode()

    def test_the_list_asks_no_more_for_more_rows(
        self, office, world, client_for, clock, django_assert_max_num_queries
    ):
        clock.move_to(END_OF_OCTOBER)
        for day in range(1, 9):
            office.confirmed(office.lecture(str(day)), mode="onsite", on=date(2026, 10, day))
        for each in office.close("2026-10", at=END_OF_OCTOBER).entries:
            proposed(each, world)
        client = client_for(world.second_supporting_officer)
        with django_assert_max_num_queries(16):
            assert len(client.get("/office/reversals/").context["lines"]) == 8


class TestEnteredAgain:
    """A session that was taken back by mistake is entered again, at the same date and place, and counts again."""

    def test_it_counts_once_more_in_the_open_month(self, office: Office, world: World):
        lecture = office.lecture()
        first = office.confirmed(lecture, mode="onsite")
        (posted,) = office.close("2026-10", at=END_OF_OCTOBER).entries
        with pytest.raises(courses.UnableToSchedule, match=first.code):
            office.scheduled(lecture, mode="onsite")
        made = proposed(posted, world)
        with pytest.raises(courses.UnableToSchedule, match=first.code):
            office.scheduled(lecture, mode="onsite")
        reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
        again = office.confirmed(lecture, mode="onsite")
        assert (again.date, again.place, again.repeat_of_id) == (first.date, first.place, None)
        (counted,) = office.close("2026-11", at=END_OF_NOVEMBER).entries
        assert (counted.session_id, counted.effective_month) == (again.id, "2026-10")
        assert (
            board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day).this_year.counted == 1
        )

    def test_a_refused_reversal_frees_nothing(self, office: Office, world: World):
        lecture = office.lecture()
        first = office.confirmed(lecture, mode="onsite")
        (posted,) = office.close("2026-10", at=END_OF_OCTOBER).entries
        reversals.refuse_reversal(
            reversal=proposed(posted, world),
            answer="两场不同",
            by=world.second_supporting_officer,
            at=END_OF_NOVEMBER,
        )
        with pytest.raises(courses.UnableToSchedule, match=first.code):
            office.scheduled(lecture, mode="onsite")
