"""The way of a disc: sent, received, back, lost; who may note what, and that nothing of it is changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from courses.discs import moving, queries, reminders, rules
from courses.discs.making import Recipient
from courses.discs.models import Disc, DiscEvent
from courses.discs.moving import Parcel, UnableToMove
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from qianchang.people.models import Notice
from tests.courses.discs.factories import Discs

pytestmark = pytest.mark.django_db
EMS = Parcel("EMS", "EA123456789CN")


def send(cast: Discs, disc: Disc, **said: object) -> Disc:
    world = cast.world
    given: dict = {
        "discs": [disc],
        "to": cast.to_napo(),
        "parcel": EMS,
        "on": world.day,
        "by": world.supporting_officer,
        "at": world.now,
        **said,
    }
    return moving.dispatch(**given)[0]


def folded(disc: Disc) -> tuple[str, object]:
    """State and time as the events alone say them."""
    last = disc.events.order_by("-sequence").first()
    return (last.kind, last.at) if last else ("to_make", disc.state_at)


class TestDispatch:
    def test_the_whole_way_stands_in_the_custody(self, discs):
        disc = discs.received()
        moving.take_back(
            disc=disc,
            on=(discs.world.day + timedelta(days=9)),
            by=discs.world.supporting_officer,
            at=discs.world.later(days=9, hours=2),
        )
        disc.refresh_from_db()
        steps = queries.custody([disc])[disc.pk]
        assert [step.kind for step in steps] == ["made", "dispatched", "received", "returned"]
        assert (steps[1].parcel, steps[1].to, steps[2].holder) == ("EMS EA123456789CN", "那坡县", "罗联络员")
        assert (disc.state, disc.state_at) == folded(disc)

    def test_the_contacts_of_the_county_are_told_once(self, discs, django_capture_on_commit_callbacks):
        disc = discs.made()
        with django_capture_on_commit_callbacks(execute=True):
            send(discs, disc)
        notice = Notice.objects.get(event="disc_sent")
        assert notice.account == discs.world.county_contact
        assert notice.words["number"] == "D-0001"
        assert notice.words["parcel"] == "EMS EA123456789CN"

    def test_without_a_contact_the_officers_of_the_region_are_told(
        self, discs, django_capture_on_commit_callbacks
    ):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        disc = discs.made(to=discs.to_napo(jingxi))
        with django_capture_on_commit_callbacks(execute=True):
            send(discs, disc, to=discs.to_napo(jingxi))
        told = Notice.objects.filter(event="disc_sent")
        assert set(told.values_list("account", flat=True)) == {world.beneficiary_officer.pk}

    def test_a_disc_of_another_county_is_refused_with_its_county(self, discs):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        disc = discs.made(to=discs.to_napo(jingxi))
        with pytest.raises(UnableToMove, match=r"D-0001.*靖西市"):
            send(discs, disc)
        disc.refresh_from_db()
        assert (disc.state, disc.region) == ("made", jingxi)

    def test_one_wrong_disc_keeps_the_whole_parcel(self, discs):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        master = discs.master()
        good, wrong = discs.made(master), discs.made(master, to=discs.to_napo(jingxi))
        with pytest.raises(UnableToMove), transaction.atomic():
            send(discs, good, discs=[good, wrong])
        assert set(Disc.objects.values_list("state", flat=True)) == {"made"}
        assert not DiscEvent.objects.filter(kind="dispatched").exists()

    def test_before_its_first_parcel_a_disc_is_registered_to_another_county(self, discs):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        disc = discs.made(to=discs.to_napo(jingxi))
        moving.register(disc=disc, to=discs.to_napo(), by=world.supporting_officer, at=world.now)
        disc = send(discs, disc)
        assert (disc.state, disc.region) == ("dispatched", world.napo_region)
        # What is on its way is nobody's to register anew; and nobody else's before.
        with pytest.raises(UnableToMove, match="D-0001"):
            moving.register(disc=disc, to=discs.to_napo(jingxi), by=world.supporting_officer, at=world.now)
        other = discs.made(disc.master)
        for account in (world.county_contact, world.yunnan_officer):
            with pytest.raises(PermissionDenied):
                moving.register(disc=other, to=discs.to_napo(jingxi), by=account, at=world.now)

    @pytest.mark.parametrize(
        ("parcel", "says"), [(Parcel("", "1"), "寄送|承运|带"), (Parcel("EMS", " "), "单号")]
    )
    def test_a_parcel_has_a_carrier_and_a_number(self, discs, parcel, says):
        with pytest.raises(UnableToMove, match=says):
            send(discs, discs.made(), parcel=parcel)

    def test_somebody_who_takes_it_along_needs_no_number(self, discs):
        disc = send(discs, discs.made(), parcel=Parcel(rules.BY_HAND))
        assert queries.custody([disc])[disc.pk][-1].parcel == "专人捎带"

    def test_an_address_is_needed(self, discs):
        with pytest.raises(UnableToMove):
            send(discs, discs.made(), to=Recipient(discs.world.guangxi, discs.world.napo_region))

    def test_what_is_being_made_or_on_its_way_is_not_sent(self, discs):
        waiting = discs.numbered()[0]
        with pytest.raises(UnableToMove, match="D-0001"):
            send(discs, waiting)
        sent = discs.sent(discs.finish(waiting))
        with pytest.raises(UnableToMove, match="D-0001"):
            send(discs, sent, parcel=Parcel("顺丰", "SF1"))
        assert sent.events.count() == 2

    def test_the_same_parcel_again_is_the_same(self, discs):
        sent = discs.sent()
        send(discs, sent, at=discs.world.later(hours=1))
        assert sent.events.filter(kind="dispatched").count() == 1

    @pytest.mark.parametrize("days", [1, -5])
    def test_no_day_ahead_and_none_before_it_was_made(self, discs, days):
        with pytest.raises(UnableToMove):
            send(discs, discs.made(), on=discs.world.day + timedelta(days=days))

    def test_a_city_sends_on_what_it_received(self, discs):
        world = discs.world
        disc = discs.sent(
            discs.made(to=Recipient(world.guangxi)), to=Recipient(world.guangxi, None, "黄专员", "南宁")
        )
        moving.receive(
            disc=disc, holder="黄专员", on=world.day, by=world.beneficiary_officer, at=world.later(hours=1)
        )
        send(discs, disc, by=world.beneficiary_officer, at=world.later(hours=2))
        disc.refresh_from_db()
        assert (disc.state, disc.region) == ("dispatched", world.napo_region)

    def test_strangers_and_contacts_send_nothing(self, discs):
        disc = discs.made()
        for account in (discs.world.county_contact, discs.world.yunnan_officer, discs.world.national_officer):
            with pytest.raises(PermissionDenied):
                send(discs, disc, by=account)
        assert disc.events.count() == 1


class TestReceipt:
    def test_the_contact_of_the_county_notes_it_and_again_is_the_same(self, discs):
        disc = discs.received()
        discs.received(disc, at=discs.world.later(hours=3))
        assert disc.events.filter(kind="received").count() == 1
        assert AuditEntry.objects.filter(verb="received disc").count() == 1

    def test_the_contact_of_another_county_does_not(self, discs):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        other = world.grant(
            world.account("nong.lianluo", "农联络员"), "county_contact", world.guangxi, region=jingxi
        )
        disc = discs.sent()
        with pytest.raises(PermissionDenied):
            moving.receive(disc=disc, holder="农联络员", on=world.day, by=other, at=world.now)

    def test_whoever_has_it_is_named(self, discs):
        disc = discs.sent()
        with pytest.raises(UnableToMove):
            moving.receive(
                disc=disc, holder=" ", on=discs.world.day, by=discs.world.county_contact, at=discs.world.now
            )

    def test_what_was_not_sent_does_not_arrive(self, discs):
        disc = discs.made()
        with pytest.raises(UnableToMove):
            moving.receive(
                disc=disc, holder="罗", on=discs.world.day, by=discs.world.county_contact, at=discs.world.now
            )

    def test_the_city_above_the_county_notes_it_too(self, discs):
        world = discs.world
        city = world.grant(world.account("he.baise", "何专员"), "beneficiary_officer", world.baise)
        disc = discs.sent()
        moving.receive(disc=disc, holder="何专员", on=world.day, by=city, at=world.later(hours=1))
        disc.refresh_from_db()
        assert disc.state == "received"


class TestLost:
    def test_a_lost_disc_says_how_and_may_be_found(self, discs):
        world, disc = discs.world, discs.received()
        with pytest.raises(UnableToMove):
            moving.report_lost(
                disc=disc, on=world.day, note="", by=world.county_contact, at=world.later(hours=2)
            )
        moving.report_lost(
            disc=disc, on=world.day, note="会后不见了", by=world.county_contact, at=world.later(hours=2)
        )
        moving.take_back(disc=disc, on=world.day, by=world.supporting_officer, at=world.later(hours=3))
        disc.refresh_from_db()
        assert (disc.state, disc.state_at) == folded(disc)


class TestNothingIsChanged:
    def test_a_step_is_neither_saved_again_nor_deleted(self, discs):
        event = discs.sent().events.first()
        with pytest.raises(AppendOnlyError):
            event.save()
        with pytest.raises(AppendOnlyError):
            event.delete()

    def test_the_database_refuses_a_second_step_with_one_number(self, discs):
        disc = discs.sent()
        first = disc.events.first()
        with pytest.raises(DatabaseError), transaction.atomic():
            DiscEvent.objects.create(
                disc=disc, sequence=first.sequence, kind="lost", at=first.at, recorded_at=first.at
            )


class TestReminders:
    def at(self, discs, days):
        return discs.world.later(days=days)

    def test_the_county_is_asked_after_sixty_days_and_not_every_hour(self, discs):
        disc = discs.received()
        assert reminders.remind(at=self.at(discs, 60)) == 0
        assert reminders.remind(at=self.at(discs, 61)) == 1
        assert reminders.remind(at=self.at(discs, 62)) == 0
        notice = Notice.objects.get(event="disc_overdue")
        assert (notice.account, notice.words["number"]) == (discs.world.county_contact, disc.serial)

    def test_and_again_a_month_later(self, discs):
        discs.received()
        reminders.remind(at=self.at(discs, 61))
        assert reminders.remind(at=self.at(discs, 90)) == 0
        assert reminders.remind(at=self.at(discs, 91)) == 1

    def test_what_is_back_is_not_asked_for(self, discs):
        disc = discs.received()
        moving.take_back(
            disc=disc, on=discs.world.day, by=discs.world.supporting_officer, at=discs.world.later(hours=5)
        )
        assert reminders.remind(at=self.at(discs, 99)) == 0
