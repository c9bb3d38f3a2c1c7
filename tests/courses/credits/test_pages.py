"""My hours and the watch record: who sees them, what they say, what they cost."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from courses.catalogue.registries import Progress
from courses.credits import office
from courses.credits.models import CreditEntry
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client_for, evening):
    """Return a function that opens an address as somebody, the morning after."""

    def open_page(account, address):
        with time_machine.travel(evening + timedelta(hours=12), tick=False):
            return client_for(account).get(address)

    return open_page


class TestMyHours:
    def test_a_lawyer_sees_what_is_credited_and_what_is_required(self, watched, page, world):
        watched()
        answer = page(world.county_account, "/my/hours/")
        assert answer.status_code == 200
        shown = answer.context["page"]
        assert (shown.year.totals.total.credited, shown.year.totals.total.required) == (2.5, 40)
        text = answer.content.decode()
        assert 'id="credited-hours">2.5' in text
        assert f"/my/hours/{CreditEntry.objects.get().pk}/" in text

    def test_a_lecture_that_was_begun_is_offered(self, device, page, world):
        device().open().watch(0, 66, at=0)
        shown = page(world.county_account, "/my/hours/").context["page"]
        assert (shown.next_lecture.percent, shown.next_lecture.hours) == (55, 2.5)

    def test_a_lecture_that_was_credited_is_not(self, watched, page, world):
        watched()
        assert page(world.county_account, "/my/hours/").context["page"].next_lecture is None

    def test_another_year_shows_its_own_entries(self, watched, page, world):
        watched()
        shown = page(world.county_account, "/my/hours/?year=2025").context["page"]
        assert (shown.rows, shown.year.year) == ((), 2025)

    @pytest.mark.parametrize("year", ["abc", "99999", "-1", ""])
    def test_a_year_that_is_none_shows_the_present_one(self, page, world, version, year):
        assert page(world.county_account, f"/my/hours/?year={year}").context["page"].year.year == 2026

    def test_a_guest_is_asked_to_sign_in(self, client):
        answer = client.get("/my/hours/")
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/my/hours/")

    def test_an_officer_has_no_hours_and_is_told_so(self, page, world):
        assert page(world.beneficiary_officer, "/my/hours/").status_code == 403

    def test_it_takes_at_most_thirteen_queries_however_many_entries(
        self, watched, client_for, evening, world, django_assert_max_num_queries
    ):
        watched()
        client = client_for(world.county_account)
        with time_machine.travel(evening + timedelta(hours=12), tick=False):
            client.get("/my/hours/")
            with django_assert_max_num_queries(13):
                client.get("/my/hours/")


class TestWatchRecord:
    @pytest.fixture
    def address(self, watched):
        watched()
        return f"/my/hours/{CreditEntry.objects.get().pk}/"

    def test_its_lawyer_sees_it(self, page, world, address):
        answer = page(world.county_account, address)
        assert answer.status_code == 200
        assert CreditEntry.objects.get().entry_hash in answer.content.decode().replace("<wbr>", "")

    def test_it_leads_to_the_signed_head_that_covers_it(self, page, world, address, settings, evening):
        from qianchang.groundwork import signing

        settings.LEDGER_KEY = "1f" * 32
        assert (
            'id="signed-head" href="/ledger/heads/"' in page(world.county_account, address).content.decode()
        )
        # a head of before says nothing of it, the first one after it does
        head = signing.sign_heads(at=evening + timedelta(days=1)).head
        assert f'id="signed-head" href="/ledger/heads/{head.sequence}.txt"' in (
            page(world.county_account, address).content.decode()
        )

    def test_the_officer_of_the_lawyers_association_sees_it(self, page, world, address):
        assert page(world.beneficiary_officer, address).status_code == 200

    def test_an_administrator_sees_it(self, page, world, address):
        assert page(world.administrator, address).status_code == 200

    def test_another_lawyer_does_not(self, page, world, address):
        assert page(world.second_county_lawyer.account, address).status_code == 404

    def test_the_officer_of_another_association_does_not(self, page, world, address):
        assert page(world.yunnan_officer, address).status_code == 404

    def test_the_supporting_association_does_not(self, page, world, address):
        assert page(world.supporting_officer, address).status_code == 404

    def test_the_national_officer_does_not(self, page, world, address):
        assert page(world.national_officer, address).status_code == 404

    def test_a_guest_is_asked_to_sign_in(self, client, address):
        assert client.get(address).status_code == 302

    def test_what_was_refused_stands_there_with_the_reason(self, device, page, world):
        player = device().open()
        at = player.play(0, 10, at=0, rate=2)
        player.send(at)
        player.answer_codes(player.watch(0, 120, at=at))
        text = page(world.county_account, f"/my/hours/{CreditEntry.objects.get().pk}/")
        sitting = text.context["page"].sittings[0]
        assert len(sitting.refused) == 5
        assert sitting.stretches == ((0, 7_200_000),)


class TestApi:
    def test_a_lawyer_gets_ones_own_entries(self, watched, page, world):
        watched()
        (row,) = page(world.county_account, "/api/v1/credits/").json()
        assert (row["hours"], row["ledger"], row["sequence"]) == ("2.5", "CN-GX", 1)

    def test_another_lawyer_gets_none_of_them(self, watched, page, world):
        watched()
        assert page(world.second_county_lawyer.account, "/api/v1/credits/").json() == []

    def test_an_officer_is_refused_with_a_sentence(self, page, world):
        answer = page(world.supporting_officer, "/api/v1/credits/")
        assert answer.status_code == 403
        assert answer.json()["detail"]


def test_progress_of_a_list_is_known_with_two_queries(watched, world, django_assert_num_queries, version):
    watched()
    other = make_published_lecture(world, title="没有开始的讲座", released_to=[world.guangxi])
    with django_assert_num_queries(2):
        known = office.progress(world.county_lawyer, [version.lecture_id, other.pk])
    assert known.keys() == {version.lecture_id}
    assert known[version.lecture_id] == Progress(
        percent=100, credited_hours=Decimal("2.5"), position_ms=7_200_000
    )
