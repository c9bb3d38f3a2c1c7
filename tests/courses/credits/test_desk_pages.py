"""Corrections and appeals through their pages: who opens them, and what a press of a button does."""

from datetime import timedelta

import pytest
import time_machine

from courses.attendance.models import WatchedSpan
from courses.credits import appeals, corrections
from courses.credits.models import Appeal, Correction, CreditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def browser(client_for, at):
    """Return a function that asks for an address as somebody, the day after."""

    def ask(account, address, data=None):
        client = client_for(account)
        with time_machine.travel(at, tick=False):
            return client.get(address) if data is None else client.post(address, data)

    return ask


@pytest.fixture
def award(watched):
    watched()
    return CreditEntry.objects.select_related("lawyer__association").get()


@pytest.fixture
def appeal(award, world, at):
    return appeals.file_appeal(
        lawyer=world.county_lawyer, entry=award, words="请核对。", by=world.county_account, at=at
    )


@pytest.fixture
def proposal(award, world, at):
    return corrections.propose_correction(
        subject=corrections.subject_of_entry(award), reason="重复。", by=world.beneficiary_officer, at=at
    )


class TestALawyerAsks:
    def test_what_a_link_asks_about_is_in_the_list_however_many_came_after_it(
        self, device, browser, world, monkeypatch
    ):
        # given a form that lists the latest two, and three parts that were refused
        monkeypatch.setattr(appeals, "CHOICES", 2)
        player = device().open()
        for minute in (0, 10, 20):
            player.claim((0, 600_000), (player.clock_ms(minute), player.clock_ms(minute + 1)))
            player.send(minute + 1)
        first, *_later = WatchedSpan.objects.exclude(refusal="").order_by("pk")
        # when the lawyer follows the link beside the oldest, then it is chosen already
        text = browser(world.county_account, f"/my/appeals/new/?span={first.pk}").content.decode()
        assert text.count('type="radio"') == 2
        assert f'value="span-{first.pk}"' in text
        assert text.split(f'value="span-{first.pk}"')[1].split(">")[0].count("checked") == 1

    def test_from_the_entry_to_the_answer(self, award, browser, world):
        me = world.county_account
        assert f"/my/appeals/new/?entry={award.pk}" in browser(me, f"/my/hours/{award.pk}/").content.decode()
        answer = browser(me, "/my/appeals/new/", {"about": f"entry-{award.pk}", "words": "请核对。"})
        filed = Appeal.objects.get()
        assert answer["Location"] == f"/my/appeals/{filed.pk}/"
        assert 'data-state="submitted"' in browser(me, answer["Location"]).content.decode()
        assert f"/my/appeals/{filed.pk}/" in browser(me, "/my/appeals/").content.decode()

    def test_about_a_refused_stretch(self, device, browser, world):
        player = device().open()
        player.claim((0, 600_000), (player.clock_ms(0), player.clock_ms(5)))
        player.send(at=5)
        span = WatchedSpan.objects.get()
        browser(world.county_account, "/my/appeals/new/", {"about": f"span-{span.pk}", "words": "看了。"})
        assert Appeal.objects.get().span == span

    @pytest.mark.parametrize("data", [{}, {"about": "entry-999", "words": "x"}, {"about": "x", "words": "x"}])
    def test_what_is_missing_is_said(self, award, browser, world, data):
        answer = browser(world.county_account, "/my/appeals/new/", data)
        assert answer.status_code == 200
        assert "error-summary" in answer.content.decode()
        assert Appeal.objects.count() == 0

    def test_another_lawyer_sees_nothing_of_it(self, appeal, browser, world):
        other = world.second_county_lawyer.account
        assert browser(other, f"/my/appeals/{appeal.pk}/").status_code == 404
        answer = browser(other, "/my/appeals/new/", {"about": f"entry-{appeal.entry_id}", "words": "x"})
        assert answer.status_code == 200
        assert Appeal.objects.count() == 1

    def test_an_officer_has_no_appeals_of_ones_own(self, browser, world, version):
        for address in ("/my/appeals/", "/my/appeals/new/"):
            assert browser(world.beneficiary_officer, address).status_code == 403


class TestAnOfficerAnswers:
    def test_takes_it_up_and_answers(self, appeal, browser, world):
        officer, address = world.beneficiary_officer, f"/office/appeals/{appeal.pk}/"
        assert address in browser(officer, "/office/appeals/").content.decode()
        browser(officer, address, {"do": "take-up"})
        assert Appeal.objects.get().state == "taken_up"
        browser(officer, address, {"do": "answer", "outcome": "refused", "words": "记录无误。"})
        text = browser(world.county_account, f"/my/appeals/{appeal.pk}/").content.decode()
        assert "记录无误。" in text

    def test_corrected_without_a_correction_is_refused_with_a_sentence(self, appeal, browser, world):
        answer = browser(
            world.beneficiary_officer,
            f"/office/appeals/{appeal.pk}/",
            {"do": "answer", "outcome": "corrected", "words": "已改。"},
        )
        assert answer.status_code == 200
        assert "error-summary" in answer.content.decode()
        assert Appeal.objects.get().is_open

    def test_it_stands_on_the_to_do_list(self, appeal, browser, world):
        assert "/office/appeals/" in str(
            [
                task.url
                for group in browser(world.beneficiary_officer, "/office/").context["groups"]
                for task in group.tasks
            ]
        )

    @pytest.mark.parametrize("page", ["appeals", "corrections"])
    def test_a_supporting_officer_opens_the_lists_and_finds_no_foreign_lawyer(
        self, page, appeal, proposal, browser, world
    ):
        text = browser(world.supporting_officer, f"/office/{page}/").content.decode()
        assert "韦晓岚" not in text
        assert browser(world.supporting_officer, f"/office/appeals/{appeal.pk}/").status_code == 404

    @pytest.mark.parametrize("who", ["national_officer", "administrator", "county_account"])
    @pytest.mark.parametrize("page", ["appeals", "corrections"])
    def test_nobody_else_opens_the_lists(self, who, page, appeal, browser, world):
        assert browser(getattr(world, who), f"/office/{page}/").status_code == 403

    def test_another_association_finds_nothing(self, appeal, proposal, browser, world):
        for address in (f"/office/appeals/{appeal.pk}/", f"/office/corrections/{proposal.pk}/"):
            assert browser(world.yunnan_officer, address).status_code == 404
        for address in ("/office/appeals/", "/office/corrections/"):
            assert "韦晓岚" not in browser(world.yunnan_officer, address).content.decode()


class TestOfficersCorrect:
    def test_one_proposes_and_another_carries_out(self, award, browser, world):
        asked = f"/office/corrections/new/?entry={award.pk}"
        assert asked in browser(world.beneficiary_officer, f"/my/hours/{award.pk}/").content.decode()
        browser(world.beneficiary_officer, asked, {"reason": "重复。"})
        address = f"/office/corrections/{Correction.objects.get().pk}/"
        own = browser(world.beneficiary_officer, address).content.decode()
        assert 'id="why-not"' in own
        assert 'id="carry-out"' not in own
        browser(world.beneficiary_officer, address, {"do": "carry-out"})
        assert CreditEntry.objects.count() == 1
        browser(world.second_beneficiary_officer, address, {"do": "carry-out"})
        assert CreditEntry.objects.count() == 2
        shown = browser(world.county_account, f"/my/hours/{award.pk}/").content.decode()
        assert 'id="reversed"' in shown

    def test_the_lawyer_reads_the_reason_and_not_who(self, proposal, browser, world, at):
        done = corrections.carry_out(correction=proposal, by=world.second_beneficiary_officer, at=at)
        text = browser(world.county_account, f"/my/hours/{done.posted.pk}/").content.decode()
        assert "重复。" in text
        assert "黄专员" not in text

    def test_another_refuses_in_words(self, proposal, browser, world):
        address = f"/office/corrections/{proposal.pk}/"
        assert browser(world.second_beneficiary_officer, address, {"do": "refuse"}).status_code == 200
        browser(world.second_beneficiary_officer, address, {"do": "refuse", "answer": "证据不足。"})
        assert Correction.objects.get().state == "refused"

    @pytest.mark.parametrize("query", ["", "?entry=999", "?entry=x", "?span=999", "?entry=1&span=1"])
    def test_what_cannot_be_corrected_is_no_page(self, query, award, browser, world):
        assert browser(world.beneficiary_officer, f"/office/corrections/new/{query}").status_code == 404

    def test_another_associations_entry_is_no_page(self, award, browser, world):
        address = f"/office/corrections/new/?entry={award.pk}"
        assert browser(world.yunnan_officer, address).status_code == 404

    @pytest.mark.parametrize("page", ["appeals", "corrections"])
    def test_the_lists_do_not_grow_in_queries(
        self, page, appeal, proposal, client_for, world, django_assert_max_num_queries
    ):
        client = client_for(world.beneficiary_officer)
        client.get(f"/office/{page}/")
        with django_assert_max_num_queries(8):
            client.get(f"/office/{page}/")
