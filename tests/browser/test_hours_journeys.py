"""What people do about hours, in a real browser: certify and check, correct by two, ask and be answered."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]


def issue(page):
    """From my hours to a certificate; return its number."""
    page.goto("/my/hours/")
    page.click("#certificate")
    page.click("#issue")
    return page.locator("main .pp b").first.inner_text()


class TestCertificate:
    def test_issued_printed_checked_by_a_stranger_and_revoked(self, browse, hours_site):
        # Given a lawyer with hours, when the lawyer asks for a certificate, then there is one with a number
        lawyer = browse("county")
        number = issue(lawyer)
        assert re.fullmatch(r"QC-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", number)
        # and asking again makes no second one
        lawyer.click("#issue")
        assert lawyer.locator("main .pp b").all_inner_texts().count(number) == 1
        # and it prints
        paper = lawyer.request.get(f"/my/certificates/{number}.pdf")
        assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
        assert paper.body().startswith(b"%PDF-")
        # When somebody who is not signed in types the number, in small letters, then the page says that it holds
        stranger = browse()
        stranger.goto("/verify/")
        stranger.fill("#number", number.lower().replace("-", " "))
        stranger.press("#number", "Enter")
        expect(stranger.locator("#standing")).to_have_attribute("data-standing", "valid")
        assert "韦*岚" in stranger.inner_text("main")
        assert "韦晓岚" not in stranger.content()
        # When an officer of the association finds and revokes it with a reason
        officer = browse("beneficiary")
        officer.goto("/office/certificates/")
        officer.fill("#q", number)
        officer.press("#q", "Enter")
        officer.click(f"a[href='/office/certificates/{number}/']")
        officer.click("#revoke")
        expect(officer.locator("#error-summary")).to_be_focused()
        officer.fill("textarea[name=reason]", "打印时填错了单位。")
        officer.click("#revoke")
        expect(officer.locator("#standing")).to_have_attribute("data-standing", "revoked")
        # then the stranger is told, without the reason, and the paper is not printed again
        stranger.reload()
        expect(stranger.locator("#standing")).to_have_attribute("data-standing", "revoked")
        assert "填错了单位" not in stranger.content()
        assert lawyer.request.get(f"/my/certificates/{number}.pdf", max_redirects=0).status == 302

    def test_another_associations_officer_finds_nothing_of_it(self, browse, hours_site):
        page = browse("supporting")
        page.goto("/office/certificates/")
        page.fill("#q", hours_site.certificate)
        page.press("#q", "Enter")
        assert hours_site.certificate not in page.inner_text("main")
        assert page.goto(f"/office/certificates/{hours_site.certificate}/").status == 404


class TestAskedAndCorrected:
    def test_an_appeal_with_a_photo_is_put_right_by_two_and_answered(self, browse, hours_site, tmp_path):
        # Given a lawyer who asks about an entry, with a photo
        from PIL import Image

        photo = tmp_path / "屏幕.png"
        Image.new("RGB", (2400, 1200), "#1b4b8a").save(photo)
        lawyer = browse("county")
        lawyer.goto(f"/my/hours/{hours_site.entries[0]}/")
        lawyer.click("#appeal")
        lawyer.fill("textarea[name=words]", "这一讲我是替同事点开的。")
        lawyer.set_input_files("input[type=file]", photo)
        lawyer.click("#file-appeal")
        expect(lawyer.locator("#appeal-state")).to_have_attribute("data-state", "submitted")
        asked = lawyer.url
        shown = lawyer.request.get(lawyer.get_attribute("#photo", "href"))
        assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
        # When the first officer takes it up and proposes to take the hours back
        first = browse("beneficiary")
        first.goto("/office/appeals/")
        first.click(f"a[href='/office/appeals/{asked.rstrip('/').rsplit('/', 1)[1]}/']")
        first.click("#take-up")
        appeal = first.url
        first.click("#correct")
        first.fill("textarea[name=reason]", "本人说明并非本人观看。")
        first.click("#propose")
        proposal = first.url
        # then that officer cannot sign as the second one
        assert first.locator("#carry-out").count() == 0
        assert first.locator("#why-not").count() == 1
        # but a colleague can
        second = browse("colleague")
        second.goto("/office/corrections/")
        second.click(f"a[href='{proposal.split(hours_site.url)[1]}']")
        second.click("#carry-out")
        expect(second.locator("#correction-state")).to_have_attribute("data-state", "posted")
        # When the appeal is answered
        first.goto(appeal)
        first.check("input[name=outcome][value=corrected]")
        first.fill("textarea[name=words]", "已按说明冲正。")
        first.click("#answer")
        # then my hours announce it until it was read, and the hours are taken back
        lawyer.goto("/my/hours/")
        lawyer.click(f"main .note a[href='{asked.split(hours_site.url)[1]}']")
        assert "已按说明冲正。" in lawyer.inner_text("main")
        lawyer.goto("/my/hours/")
        assert lawyer.locator("main .note").count() == 0
        lawyer.goto(f"/my/hours/{hours_site.entries[0]}/")
        assert lawyer.locator("#reversed").count() == 1

    def test_it_all_works_without_a_script(self, browse, hours_site):
        page = browse("county", java_script_enabled=False)
        page.goto("/my/appeals/new/")
        page.click("#file-appeal")
        page.locator("#error-summary li").first.wait_for()
        page.goto("/my/hours/rules/")
        assert "45" in page.inner_text("main")

    def test_the_keyboard_alone_files_an_appeal(self, browse, hours_site):
        page = browse("county")
        page.goto(f"/my/appeals/new/?entry={hours_site.entries[1]}")
        page.focus("textarea[name=words]")
        page.keyboard.type("请核对这一讲的学时。")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#file-appeal")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#appeal-state")).to_have_attribute("data-state", "submitted")
