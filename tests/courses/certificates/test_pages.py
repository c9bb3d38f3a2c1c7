"""The certificate pages: who opens them, what they say, and that they give nothing away."""

from datetime import timedelta

import pytest
import time_machine

from courses.certificates import operations
from courses.certificates.models import Certificate, Revocation
from qianchang.people.models import Lawyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_for, evening):
    """Return a function that asks for an address as somebody (None: a guest), two days later."""

    def ask(account, address, data=None):
        from django.test import Client

        client = client_for(account) if account else Client()
        with time_machine.travel(evening + timedelta(days=2), tick=False):
            return client.get(address) if data is None else client.post(address, data)

    return ask


class TestOwn:
    def test_a_lawyer_issues_and_prints(self, award, browser, world):
        answer = browser(world.county_account, "/my/hours/2026/certificate/", {})
        assert answer.status_code == 302
        number = Certificate.objects.get().number
        text = browser(world.county_account, "/my/hours/2026/certificate/").content.decode()
        assert number in text
        paper = browser(world.county_account, f"/my/certificates/{number}.pdf")
        assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
        assert paper["Cache-Control"] == "private, no-store"
        assert paper.content.startswith(b"%PDF")

    def test_my_hours_leads_there(self, award, browser, world):
        assert "/my/hours/2026/certificate/" in browser(world.county_account, "/my/hours/").content.decode()

    @pytest.mark.parametrize("who", ["second_county_lawyer", "yunnan_lawyer"])
    def test_another_lawyer_gets_no_paper(self, who, issue, browser, world):
        number = issue().number
        assert browser(getattr(world, who).account, f"/my/certificates/{number}.pdf").status_code == 404

    def test_a_guest_is_asked_to_sign_in(self, issue, browser):
        assert browser(None, f"/my/certificates/{issue().number}.pdf").status_code == 302

    def test_a_paper_that_no_longer_holds_is_not_printed(self, issue, reverse, browser, world):
        number = issue().number
        reverse()
        answer = browser(world.county_account, f"/my/certificates/{number}.pdf")
        assert (answer.status_code, answer["Location"]) == (302, f"/verify/{number}/")

    @pytest.mark.parametrize("year", [1999, 2101])
    def test_a_year_that_is_none_is_no_page(self, year, award, browser, world):
        assert browser(world.county_account, f"/my/hours/{year}/certificate/").status_code == 404

    def test_an_empty_year_says_so(self, award, browser, world):
        answer = browser(world.county_account, "/my/hours/2025/certificate/", {})
        assert answer.status_code == 302
        assert Certificate.objects.count() == 0


class TestVerification:
    def test_a_guest_sees_what_is_on_the_paper_with_the_name_in_part(self, issue, browser):
        answer = browser(None, f"/verify/{issue().number}/")
        text = answer.content.decode()
        assert answer.context["statement"].standing == "valid"
        assert "韦*岚" in text
        assert "韦晓岚" not in text
        assert "14510201811223344" not in text
        assert "2.5" in text
        assert answer["X-Robots-Tag"].startswith("noindex")

    def test_a_typed_number_leads_there(self, issue, browser):
        number = issue().number
        typed = number.lower().replace("-", " ")
        assert browser(None, f"/verify/?number={typed}")["Location"] == f"/verify/{number}/"

    def test_it_says_that_hours_were_taken_back(self, issue, reverse, browser):
        number = issue().number
        reverse()
        assert 'data-standing="changed"' in browser(None, f"/verify/{number}/").content.decode()

    def test_it_says_that_it_was_revoked_and_not_why(self, issue, browser, world, at):
        certificate = issue()
        operations.revoke_certificate(
            certificate=certificate, reason="冒领，已查实。", by=world.beneficiary_officer, at=at
        )
        text = browser(None, f"/verify/{certificate.number}/").content.decode()
        assert 'data-standing="revoked"' in text
        assert "冒领" not in text

    def test_a_forged_number_reveals_nothing(self, issue, browser):
        issue()
        answers = [
            browser(None, f"/verify/{number}/")
            for number in ("QC-2026-0000-0000", "QC-1999-ZZZZ-ZZZZ", "x", "<script>", "0")
        ]
        assert {answer.status_code for answer in answers} == {404}
        for answer in answers:
            assert 'data-standing="unknown"' in answer.content.decode()
            assert "<script>" not in answer.content.decode()
            assert "韦" not in answer.content.decode()

    def test_it_is_limited_by_address(self, issue, browser, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify": "3/m/ip"}
        number = issue().number
        codes = [browser(None, f"/verify/{number}/").status_code for _try in range(5)]
        assert codes == [200, 200, 200, 429, 429]

    def test_it_takes_two_queries_beside_the_limit(self, issue, client, django_assert_num_queries):
        number = issue().number
        client.get(f"/verify/{number}/")
        with django_assert_num_queries(2):
            client.get(f"/verify/{number}/")

    def test_the_form_alone_asks(self, browser):
        assert browser(None, "/verify/").status_code == 200


class TestOffice:
    def test_an_officer_finds_and_revokes(self, issue, browser, world):
        number = issue().number
        listed = browser(world.beneficiary_officer, "/office/certificates/?q=韦晓岚").content.decode()
        assert number in listed
        answer = browser(world.beneficiary_officer, f"/office/certificates/{number}/", {"reason": "冒领。"})
        assert answer.status_code == 302
        assert Revocation.objects.get().reason == "冒领。"

    def test_a_reason_is_asked_for(self, issue, browser, world):
        number = issue().number
        answer = browser(world.beneficiary_officer, f"/office/certificates/{number}/", {"reason": ""})
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert Revocation.objects.count() == 0

    def test_a_supporting_officer_finds_no_foreign_certificate(self, issue, browser, world):
        number = issue().number
        assert number not in browser(world.supporting_officer, "/office/certificates/").content.decode()
        assert browser(world.supporting_officer, f"/office/certificates/{number}/").status_code == 404

    @pytest.mark.parametrize("who", ["national_officer", "administrator", "county_account"])
    def test_nobody_else_opens_the_list(self, who, issue, browser, world):
        assert browser(getattr(world, who), "/office/certificates/").status_code == 403

    def test_another_association_finds_nothing(self, issue, browser, world):
        number = issue().number
        assert browser(world.yunnan_officer, f"/office/certificates/{number}/").status_code == 404
        assert number not in browser(world.yunnan_officer, "/office/certificates/").content.decode()

    def test_the_list_does_not_grow_in_queries(self, issue, client_for, world, django_assert_max_num_queries):
        issue()
        client = client_for(world.beneficiary_officer)
        client.get("/office/certificates/")
        with django_assert_max_num_queries(9):
            client.get("/office/certificates/")

    def test_of_a_lawyer_who_moved_the_old_association_issues_none_and_is_told_so(
        self, issue, client_for, world, at
    ):
        certificate = issue()
        operations.revoke_certificate(
            certificate=certificate, reason="误发。", by=world.beneficiary_officer, at=at
        )
        Lawyer.objects.filter(pk=certificate.lawyer_id).update(association=world.yunnan)
        address = f"/office/certificates/{certificate.number}/"
        with time_machine.travel(at + timedelta(days=1), tick=False):
            answer = client_for(world.beneficiary_officer).post(address, {"do": "issue"}, follow=True)
        assert "由现所在律协出具" in answer.content.decode()
        assert Certificate.objects.count() == 1

    @pytest.mark.parametrize("number", ["x" * 300, "QC-2026-0000-0000"])
    def test_what_is_no_number_is_no_page(self, number, issue, browser, world):
        assert browser(world.beneficiary_officer, f"/office/certificates/{number}/").status_code == 404
