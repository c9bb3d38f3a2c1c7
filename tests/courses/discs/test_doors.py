"""Who finds the way to discs, who registers one elsewhere, and that nobody reads what is on the discs of others."""

import pytest
import time_machine
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def desk(discs, client_for):
    return client_for(discs.world.supporting_officer)


def text_of(response):
    return response.content.decode()


class TestRegistering:
    def test_a_disc_that_was_not_sent_goes_to_another_county(self, discs, desk):
        world = discs.world
        world.region("451081", "靖西市", "county", world.baise_region)
        disc = discs.made()
        address = reverse("discs:register", args=[disc.serial])
        assert address in text_of(desk.get(reverse("discs:disc", args=[disc.serial])))
        assert "那坡县" in text_of(desk.get(address))
        said = {"beneficiary": world.guangxi.pk, "county": "靖西市"}
        assert desk.post(address, said).status_code == 302
        disc.refresh_from_db()
        assert disc.region.name_zh == "靖西市"
        discs.sent(disc, to=discs.to_napo(disc.region))
        assert address not in text_of(desk.get(reverse("discs:disc", args=[disc.serial])))


class TestLecturePage:
    def test_who_may_ask_for_a_disc_finds_the_way_and_nobody_else(self, discs, client_for):
        world, lecture = discs.world, discs.lecture()
        way = f"{reverse('discs:ask')}?lecture={lecture.pk}"
        for account, there in (
            (world.county_account, True),
            (world.county_contact, True),
            (world.beneficiary_officer, True),
            (world.supporting_officer, False),
        ):
            reader = client_for(account)
            assert (way in text_of(reader.get(lecture.url))) == there
            assert (reader.get(way).status_code == 200) == there
        type(lecture).objects.filter(pk=lecture.pk).update(dvd_consent=False)
        assert way not in text_of(client_for(world.county_account).get(lecture.url))


class TestAnswerSheets:
    def test_what_is_on_the_discs_of_others_is_not_shown(self, discs, client_for):
        world = discs.world
        disc = discs.received(discs.sent(discs.made(discs.master(discs.lecture("内部研讨")))))
        stranger = world.lawyer("14510201611223355", "陆城里", world.baise_firm).account
        for account, address, shown in (
            (world.county_account, "discs:my_answer", True),
            (stranger, "discs:my_answer", False),
            (world.beneficiary_officer, "discs:office_answer", True),
            (world.yunnan_officer, "discs:office_answer", False),
        ):
            page = text_of(client_for(account).get(reverse(address), {"serial": disc.serial}))
            assert ("内部研讨" in page) == shown
            assert "那坡县" in page or shown
