"""The pages of spot checks: what stands on them, for whom, and that each form does what it says."""

import gzip
import io
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from programmes.quotas.models import Reversal
from programmes.spot_checks import draw
from programmes.spot_checks.models import CallingOff, CheckPhoto, Drawing, Finding, SpotCheck
from qianchang.people import todo
from qianchang.people.models import RoleGrant
from tests.programmes.spot_checks.factories import NUMBER
from tests.world import full_width

pytestmark = pytest.mark.django_db

LARGEST_PAGE = 12_288


@pytest.fixture
def page(client_for, checks):
    """Return a function that asks for a page as somebody, on a day of November."""

    def ask(account, name, *where, at=None, **data):
        with time_machine.travel(at or checks.drawn_at, tick=False):
            browser, url = client_for(account), reverse(f"spot_checks:{name}", args=where)
            return browser.post(url, data) if data else browser.get(url)

    return ask


ANNOUNCED = {
    "plan": "",
    "supporter": "",
    "beneficiary": "",
    "first_month": "2026-10",
    "last_month": "2026-10",
    "sample_size": "2",
    "seed_source": "双色球第 2026127 期",
    "seed_date": "2026-11-05",
}


class TestAnnouncing:
    def test_the_list_is_published_by_one_form(self, checks, world, page):
        assert checks.codes
        shown = page(world.national_officer, "new", at=checks.announced_at)
        assert "公布清单" in shown.content.decode()
        sent = page(world.national_officer, "new", at=checks.announced_at, **ANNOUNCED)
        check = SpotCheck.objects.get()
        assert sent.headers["Location"] == reverse("spot_checks:check", args=[check.code])
        assert check.frame_size == 3

    def test_what_is_wrong_stands_at_the_form(self, checks, world, page):
        assert checks.codes
        sent = page(
            world.national_officer, "new", at=checks.announced_at, **{**ANNOUNCED, "sample_size": "9"}
        )
        assert sent.status_code == 422
        assert "共计入 3 场，可抽 1 到 3 场" in sent.content.decode()
        assert "有误" in sent.content.decode()
        sent = page(
            world.national_officer, "new", at=checks.announced_at, **{**ANNOUNCED, "first_month": "x"}
        )
        assert "月份请写成 2026-10" in sent.content.decode()

    def test_a_side_is_asked_only_for_the_other_one(self, checks, world, page):
        assert checks.codes
        shown = page(world.beneficiary_officer, "new").content.decode()
        assert 'type="hidden" name="beneficiary" value="CN-GX"' in shown
        sent = page(world.beneficiary_officer, "new", at=checks.announced_at, **ANNOUNCED)
        assert sent.status_code == 302
        assert SpotCheck.objects.get().association == world.guangxi

    def test_an_association_of_no_plan_is_told_so(self, checks, world, page):
        assert checks.office
        officer = world.grant(world.account("bs", "韦专员"), "beneficiary_officer", world.baise)
        assert "没有与你所在律协有关的场次计划" in page(officer, "new").content.decode()


class TestDrawing:
    def test_the_number_is_typed_twice(self, checks, world, page):
        check = checks.announce()
        assert "现在抽取" in page(world.national_officer, "check", check.code).content.decode()
        wrong = page(world.national_officer, "draw", check.code, public_number=NUMBER, again="03 08")
        assert wrong.status_code == 422
        assert not Drawing.objects.exists()
        page(world.national_officer, "draw", check.code, public_number=NUMBER, again=full_width(NUMBER))
        shown = page(world.national_officer, "check", check.code).content.decode()
        assert "SC-2026-001:03081522273109" in shown
        assert "抽出 2 场" in shown

    def test_whoever_only_looks_on_cannot_draw(self, checks, world, page):
        check = checks.announce()
        assert "现在抽取" not in page(world.supporting_officer, "check", check.code).content.decode()
        sent = page(world.supporting_officer, "draw", check.code, public_number=NUMBER, again=NUMBER)
        assert sent.status_code == 403

    def test_the_file_has_the_digest_that_the_page_says(self, checks, world, page):
        drawing = checks.drawn()
        code = drawing.spot_check.code
        content = page(world.beneficiary_officer, "frame", code).content
        assert draw.frame_sha256(content) in page(world.beneficiary_officer, "check", code).content.decode()
        drawn = [each.line.code for each in drawing.sample.order_by("rank")]
        assert draw.sample(drawing.seed, draw.codes_in(content), 2) == drawn

    def test_the_program_is_given_out_as_it_runs_here(self, world, checks, page):
        assert checks.office
        given = page(world.beneficiary_officer, "rule").content.decode()
        told: dict[str, Any] = {}
        exec(compile(given, "draw.py", "exec"), {"__name__": "given", **told}, told)  # noqa: S102
        assert told["FEWEST_DIGITS"] == draw.FEWEST_DIGITS
        assert page(world.administrator, "rule").status_code == 403

    def test_calling_off_leaves_it_in_the_list(self, checks, world, page):
        check = checks.announce()
        page(world.national_officer, "call_off", check.code, at=checks.announced_at, reason="写错了月份。")
        assert CallingOff.objects.get().spot_check == check
        assert "已撤销" in page(world.supporting_officer, "checks").content.decode()
        assert "写错了月份。" in page(world.supporting_officer, "check", check.code).content.decode()


class TestMending:
    FAULT = {
        "outcome": "faulty",
        "kind": "no_evidence",
        "words": "没有签到表。",
        "addressee": "CN-GD",
        "deadline_date": "2026-11-15",
    }

    def test_from_the_finding_to_its_acceptance(self, checks, world, page):
        code = checks.drawn().spot_check.code
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "white").save(out, "PNG")
        photo = SimpleUploadedFile("p.png", out.getvalue(), "image/png")
        assert page(world.national_officer, "finding", code, 1, photo=photo, **self.FAULT).status_code == 302
        shown = page(world.supporting_officer, "sampled", code, 1).content.decode()
        assert "没有签到表。" in shown
        assert 'id="reply"' in shown
        kept = CheckPhoto.objects.get()
        seen = page(world.supporting_officer, "photo", code, 1, kept.pk)
        assert seen.headers["Content-Type"] == "image/jpeg"
        assert page(world.supporting_officer, "photo", code, 2, kept.pk).status_code == 404
        assert page(world.supporting_officer, "reply", code, 1, words="已补传。").status_code == 302
        answering = page(world.national_officer, "sampled", code, 1).content.decode()
        assert 'id="answer"' in answering
        page(world.national_officer, "answer", code, 1, outcome="mended")
        assert "已整改" in page(world.supporting_officer, "sampled", code, 1).content.decode()
        assert "合格" not in page(world.supporting_officer, "check", code).content.decode()

    def test_what_is_missing_stands_at_the_form(self, checks, world, page):
        code = checks.drawn().spot_check.code
        sent = page(world.national_officer, "finding", code, 1, **{**self.FAULT, "words": ""})
        assert sent.status_code == 422
        assert "请写明问题，对方才能整改。" in sent.content.decode()
        junk = SimpleUploadedFile("p.png", b"no picture", "image/png")
        sent = page(world.national_officer, "finding", code, 1, photo=junk, **self.FAULT)
        assert sent.status_code == 422
        assert not Finding.objects.exists()
        page(world.national_officer, "answer", code, 1, outcome="mended")
        page(world.supporting_officer, "reply", code, 1, words="好。")
        assert not Finding.objects.exists()

    def test_a_faulty_session_is_proposed_to_be_taken_back(self, checks, world, page):
        finding = checks.fault()
        code = finding.sampled.drawing.spot_check.code
        assert 'id="reverse"' in page(world.supporting_officer, "sampled", code, 1).content.decode()
        sent = page(world.national_officer, "reverse", code, 1, go="1")
        proposed = Reversal.objects.get()
        assert sent.headers["Location"] == reverse("quotas:reversal", args=[proposed.pk])
        assert proposed.entry_id == finding.sampled.line.entry_id
        assert proposed.reason == f"抽查 {code}：没有签到表。"

    def test_a_session_in_order_is_not_taken_back_from_here(self, checks, world, page):
        code = checks.fault(outcome="in_order").sampled.drawing.spot_check.code
        assert 'id="reverse"' not in page(world.national_officer, "sampled", code, 1).content.decode()
        page(world.national_officer, "reverse", code, 1, go="1")
        page(world.national_officer, "reverse", code, 2, go="1")
        assert not Reversal.objects.exists()

    def test_the_findings_are_given_out_for_excel(self, checks, world, page):
        finding = checks.fault(words="=1+1")
        code = finding.sampled.drawing.spot_check.code
        sent = page(world.supporting_officer, "findings", code)
        assert "no-store" in sent["Cache-Control"]
        assert sent.content.startswith(b"PK")
        assert sent.headers["Content-Disposition"] == f'attachment; filename="{code}.xlsx"'


class TestWhoSees:
    def test_others_see_neither_the_check_nor_that_there_is_one(self, checks, world, page):
        code = checks.fault().sampled.drawing.spot_check.code
        for account in (world.yunnan_officer, world.administrator, world.county_account):
            for name, where in (
                ("check", ()),
                ("frame", ()),
                ("findings", ()),
                ("sampled", (1,)),
            ):
                assert page(account, name, code, *where).status_code == 404, (account, name)
        assert "SC-2026" not in page(world.yunnan_officer, "checks").content.decode()
        assert page(world.administrator, "checks").status_code == 403
        assert page(world.national_officer, "sampled", code, 9).status_code == 404

    def test_the_two_sides_of_one_association_stay_apart(self, checks, world, page):
        """An association may give and be given to: who receives for Guangdong does not read of what Guangdong gives."""
        code = checks.fault().sampled.drawing.spot_check.code
        receiving = world.grant(
            world.account("gd.receiver", "受援专员"), RoleGrant.Role.BENEFICIARY_OFFICER, world.guangdong
        )
        assert page(world.supporting_officer, "check", code).status_code == 200
        assert page(world.supporting_officer, "sampled", code, 1).status_code == 200
        assert page(receiving, "check", code).status_code == 404
        assert page(receiving, "sampled", code, 1).status_code == 404
        assert code not in page(receiving, "checks").content.decode()

    def test_a_finding_is_read_by_the_sides_of_its_session_alone(self, checks, office, world, page):
        assert checks.codes
        lecture = office.lecture("云南一讲", to=[world.yunnan])
        fact = office.held(lecture, mode="onsite", beneficiary=world.yunnan)
        from programmes.quotas import operations as quotas

        quotas.confirm_session(session=fact, by=world.yunnan_officer, at=world.now)
        office.close("2026-11", at=world.now.replace(month=11, day=30))
        announced = world.now.replace(month=12, day=1)
        check = checks.announce(
            size=4, last_month="2026-11", at=announced, seed_date=announced.replace(day=3).date()
        )
        from programmes.spot_checks import operations

        at = announced.replace(day=3)
        drawing = operations.draw_sample(check=check, public_number=NUMBER, by=world.national_officer, at=at)
        (theirs,) = drawing.sample.filter(line__code=fact.code)
        (other, *_rest) = drawing.sample.exclude(pk=theirs.pk)
        assert page(world.yunnan_officer, "sampled", check.code, theirs.rank, at=at).status_code == 200
        assert page(world.yunnan_officer, "sampled", check.code, other.rank, at=at).status_code == 404
        # The codes stand there for everybody who may draw again.
        assert other.line.code in page(world.yunnan_officer, "check", check.code, at=at).content.decode()


class TestBudgets:
    def test_pages_are_small(self, checks, world, page):
        finding = checks.fault()
        code = finding.sampled.drawing.spot_check.code
        for name, where in (("checks", ()), ("new", ()), ("check", (code,)), ("sampled", (code, 1))):
            body = page(world.national_officer, name, *where).content
            assert len(gzip.compress(body)) <= LARGEST_PAGE, name

    def test_the_list_asks_no_more_for_more_checks(
        self, checks, world, client_for, django_assert_num_queries
    ):
        def asked():
            with time_machine.travel(checks.drawn_at, tick=False):
                browser = client_for(world.national_officer)
                with django_assert_num_queries(LIST_QUERIES):
                    assert browser.get("/office/spot-checks/").status_code == 200

        checks.fault(checks.sampled(checks.drawn()))
        asked()
        for size in (1, 3):
            checks.drawn(checks.announce(size=size))
        checks.replied(checks.fault(checks.sampled(Drawing.objects.latest("pk"))))
        asked()


# Session, account, grants, unread messages, pages of the foot, count, checks, and their samples with what was said.
LIST_QUERIES = 8


class TestToDo:
    def titles(self, account, at):
        on = at.date()
        return {
            group.title: [task.what for task in group.tasks]
            for group in todo.todo(account, on=on)
            if group.title in ("要抽取的抽查", "要核查的场次", "要整改的场次", "要验收的整改")
        }

    def test_each_waits_for_whom_it_concerns(self, checks, world):
        national, guangdong = world.national_officer, world.supporting_officer
        check = checks.announce(size=1)
        assert self.titles(national, checks.announced_at) == {}
        assert self.titles(national, checks.drawn_at) == {"要抽取的抽查": [check.code]}
        sampled = checks.sampled(checks.drawn(check))
        assert self.titles(national, checks.drawn_at) == {"要核查的场次": [check.code]}
        assert self.titles(guangdong, checks.drawn_at) == {}
        finding = checks.fault(sampled)
        assert self.titles(guangdong, checks.drawn_at) == {"要整改的场次": [sampled.line.code]}
        assert self.titles(world.beneficiary_officer, checks.drawn_at) == {}
        assert self.titles(national, checks.drawn_at) == {}
        checks.replied(finding)
        assert self.titles(national, checks.drawn_at) == {"要验收的整改": [sampled.line.code]}
        assert self.titles(guangdong, checks.drawn_at) == {}

    def test_what_is_overdue_is_urgent(self, checks, world):
        finding = checks.fault()
        (group,) = (
            group
            for group in todo.todo(world.supporting_officer, on=checks.drawn_at_plus(12).date())
            if group.title == "要整改的场次"
        )
        (task,) = group.tasks
        assert (task.urgent, task.late, task.due) == (True, 2, finding.deadline_date)


def test_evidence_that_came_after_the_announcement_is_said_to_whoever_looks(checks, world, page):
    sampled = checks.sampled()
    code = sampled.drawing.spot_check.code

    def hand_in(sha256, when):
        sampled.line.session.evidence.create(
            kind="photo",
            sha256=sha256,
            size_bytes=1,
            content_type="image/jpeg",
            uploaded_by=world.supporting_officer,
            uploaded_at=when,
        )

    hand_in("0" * 64, world.now)
    assert "late-evidence" not in page(world.national_officer, "sampled", code, 1).content.decode()
    hand_in("1" * 64, checks.drawn_at)
    shown = page(world.national_officer, "sampled", code, 1).content.decode()
    assert "2026-11-02 公布后，又提交了 1 份凭证材料" in shown.split('id="late-evidence"')[1]
