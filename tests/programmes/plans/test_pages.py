"""The pages of a plan: broken down, decided on, owed year by year; 任务分配 of the national office."""

import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programmes.plans import counts, manage_views
from programmes.plans.models import Adoption, Breakdown, MarginOverride, Target
from qianchang.people.models import Account, Association
from tests.programmes.factories import Office
from tests.programmes.plans.test_targets import PDF
from tests.world import World

SignIn = Callable[[Account], Client]
PLAN = "/office/plan/BQQ-2012/"
TARGETS = "/manage/programmes/"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path) -> None:
    settings.VAULT_DIR = tmp_path / "vault"


@pytest.fixture
def officer(office: Office, world: World, client_for: SignIn) -> Client:
    return client_for(world.supporting_officer)


@pytest.fixture
def national(office: Office, world: World, client_for: SignIn) -> Client:
    return client_for(world.national_officer)


def boxes(page) -> dict[str, str]:
    """What the form of the cells would send."""
    form = page.context["form"]
    return {"version": str(page.context["page"].breakdown.version)} | {
        name: str(form[name].value()) for name in form.places
    }


def propose(officer: Client, **more: str):
    return officer.post(PLAN + "propose/", {"plan": "QC", **more}, follow=True)


# --- the supporting side ------------------------------------------------------------------------------------


def test_an_officer_goes_from_the_documents_to_a_decision(officer: Client):
    empty = officer.get(PLAN)
    assert empty.context["page"].breakdown is None
    assert 'id="propose"' in empty.content.decode()

    proposed = propose(officer)
    table = proposed.context["table"]
    assert (table.years, table.totals, table.total) == ((2013, 2014, 2015), (40, 40, 40), 120)
    assert not proposed.context["page"].holds

    decided = officer.post(PLAN + "adopt/", {"plan": "QC", "version": "1", "seen": "0"}, follow=True)
    assert decided.context["page"].holds
    assert 'id="adopt"' not in decided.content.decode()


def test_a_change_that_does_not_tie_comes_back_as_it_was_typed_with_by_how_much(officer: Client):
    typed = boxes(propose(officer)) | {"cell-2013-CN-GX-dvd+network_video": "26"}

    refused = officer.post(PLAN + "cells/", {"plan": "QC", **typed})

    assert refused.status_code == 422
    html = refused.content.decode()
    assert 'value="26"' in html
    assert "121" in html
    assert "有误" in html
    assert Breakdown.objects.count() == 1


def test_a_soft_number_is_departed_from_once_its_reason_is_given(officer: Client):
    typed = boxes(propose(officer)) | {
        "plan": "QC",
        "cell-2013-CN-GX-dvd+network_video": "24",
        "cell-2013-CN-GX-onsite": "9",
    }
    refused = officer.post(PLAN + "cells/", typed)
    wanted = [reason.name for reason in refused.context["reasons"]]
    assert len(wanted) == 2

    saved = officer.post(PLAN + "cells/", typed | dict.fromkeys(wanted, "广西要求"), follow=True)

    assert saved.context["page"].breakdown.version == 2
    assert MarginOverride.objects.count() == 2
    assert "广西要求" in saved.content.decode()


def test_a_proposal_that_departs_from_soft_numbers_says_by_how_much_and_asks_for_the_reason(officer: Client):
    proposed = propose(officer, first="2026", count="4")
    html = proposed.content.decode()
    assert 'id="lacks-reasons"' in html
    assert 'id="adopt"' not in html
    reasons = {reason.name: "分四年完成" for reason in proposed.context["reasons"] if reason.wanted}
    assert reasons
    assert all("10" in reason.label or "5" in reason.label for reason in proposed.context["reasons"])

    saved = officer.post(PLAN + "cells/", {"plan": "QC", **boxes(proposed), **reasons}, follow=True)
    assert 'id="adopt"' in saved.content.decode()
    decided = officer.post(PLAN + "adopt/", {"plan": "QC", "version": "2", "seen": "0"}, follow=True)
    assert decided.context["page"].holds


def test_what_is_no_number_is_asked_for_again(officer: Client):
    typed = boxes(propose(officer)) | {"plan": "QC", "cell-2013-CN-GX-onsite": "八"}
    refused = officer.post(PLAN + "cells/", typed)
    assert refused.status_code == 422
    assert 'value="八"' in refused.content.decode()
    assert 'aria-invalid="true"' in refused.content.decode()
    assert Breakdown.objects.count() == 1


def test_who_saves_after_somebody_else_is_told(officer: Client, world: World, client_for: SignIn):
    typed = boxes(propose(officer))
    propose(client_for(world.second_supporting_officer), first="2026")

    late = officer.post(PLAN + "cells/", {"plan": "QC", **typed, "cell-2013-CN-GX-onsite": "8"})

    assert late.status_code == 422
    assert str(world.second_supporting_officer) in late.content.decode()


def test_an_infeasible_set_is_refused_on_the_page(officer: Client):
    Target.objects.filter(key="QC/CN-GD/CN-YN/*/*").update(quantity=21)
    refused = propose(officer)
    assert refused.status_code == 422
    assert "121" in refused.content.decode()


def test_each_year_owes_what_the_years_before_lack(
    officer: Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counts, "_sources", [])
    guangxi = world.guangxi.pk
    counts.register_counts(lambda _plan, _supporter: {(2013, guangxi): 30, (2014, guangxi): 35})
    propose(officer)
    page = officer.post(PLAN + "adopt/", {"plan": "QC", "version": "1", "seen": "0"}, follow=True)

    owed = {each.region: each.rows for each in page.context["page"].owed}
    guangxi_rows = next(rows for region, rows in owed.items() if "广西" in region)
    assert [(row.planned, row.carried_in, row.counted, row.missing) for row in guangxi_rows] == [
        (33, 0, 30, 3),
        (33, 3, 35, 1),
        (34, 1, 0, 35),
    ]


def test_the_beneficiary_side_sees_its_own_targets_and_what_was_decided_only(
    officer: Client, world: World, client_for: SignIn
):
    propose(officer)
    guangxi = client_for(world.beneficiary_officer)
    page = guangxi.get(PLAN).context["page"]
    assert (page.own_only, page.breakdown, page.may_change) == (True, None, False)
    assert {target.beneficiary.code for target in page.targets} == {"CN-GX"}

    officer.post(PLAN + "adopt/", {"plan": "QC", "version": "1", "seen": "0"})

    table = guangxi.get(PLAN).context["page"].table
    assert table.total == 100
    assert guangxi.post(PLAN + "propose/", {"plan": "QC"}).status_code == 403


def test_a_page_takes_a_fixed_number_of_queries(
    officer: Client, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counts, "_sources", [])
    propose(officer)
    officer.post(PLAN + "adopt/", {"plan": "QC", "version": "1", "seen": "0"})
    propose(officer, first="2026")
    with django_assert_num_queries(19):
        officer.get(PLAN + "?plan=QC")


def test_the_people_who_answer_for_targets_cost_no_query_each(
    officer: Client, world: World, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counts, "_sources", [])
    with CaptureQueriesContext(connection) as without:
        officer.get(PLAN + "?plan=QC")

    Target.objects.filter(plan__code="QC").update(owner=world.supporting_officer)

    with django_assert_num_queries(len(without)):
        page = officer.get(PLAN + "?plan=QC")
    assert page.content.decode().count(str(world.supporting_officer)) >= 6


def test_how_many_years_without_a_first_one_is_asked_for_not_passed_over(officer: Client):
    refused = propose(officer, count="5")
    assert refused.status_code == 422
    assert "first" in refused.context["years"].errors
    assert not Breakdown.objects.exists()


def test_a_yearly_number_that_is_missed_in_two_years_has_one_reason(officer: Client):
    typed = boxes(propose(officer)) | {"plan": "QC"}
    for year in (2013, 2014):
        onsite, recorded = f"cell-{year}-CN-GX-onsite", f"cell-{year}-CN-GX-dvd+network_video"
        typed |= {onsite: str(int(typed[onsite]) + 1), recorded: str(int(typed[recorded]) - 1)}
    refused = officer.post(PLAN + "cells/", typed)
    wanted = [reason.name for reason in refused.context["reasons"]]
    saved = officer.post(PLAN + "cells/", typed | dict.fromkeys(wanted, "广西要求"), follow=True)

    names = [reason.name for reason in saved.context["reasons"]]

    assert sorted(names) == sorted(wanted) == sorted(set(wanted))
    assert saved.content.decode().count(f'id="id_{names[0]}"') == 1
    assert "2013" in saved.context["reasons"][0].label
    assert "2014" in saved.context["reasons"][0].label


@pytest.mark.parametrize("query", ["?association=CN-BJ", "?plan=NONE", "?version=7"])
def test_what_is_not_there_and_what_is_not_theirs_look_alike(officer: Client, query: str):
    assert officer.get(PLAN + query).status_code == 404
    assert officer.get("/office/plan/NONE/").status_code == 404


# --- one target ---------------------------------------------------------------------------------------------


def yunnan() -> Target:
    return Target.objects.get(key="QC/CN-GD/CN-YN/*/*")


def test_terms_are_set_on_the_page_of_a_target(officer: Client, world: World):
    page = reverse("plans:target", args=[yunnan().pk])
    said = {"seen": 0, "owner": world.supporting_officer.pk, "deadline_date": "2015-12-30"}

    saved = officer.post(page + "terms/", said, follow=True)

    assert saved.status_code == 200
    assert (yunnan().owner, yunnan().carry_over) == (world.supporting_officer, False)
    late = officer.post(page + "terms/", {**said, "carry_over": "on"})
    assert late.status_code == 422


def test_a_document_is_attached_and_downloaded_by_a_signed_address(
    officer: Client, world: World, client_for: SignIn
):
    page = reverse("plans:target", args=[yunnan().pk])
    officer.post(page + "attach/", {"file": SimpleUploadedFile("通知.pdf", PDF)})
    document = yunnan().documents.get()
    address = f"{page}documents/{document.pk}/"

    signed = officer.get(address)["Location"]
    file = officer.get(signed)

    assert file.content == PDF
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment")
    other = client_for(world.beneficiary_officer)
    assert other.get(signed).status_code == 404
    assert client_for(world.second_supporting_officer).get(signed).status_code == 302


def test_a_document_that_is_gone_from_the_store_is_a_page_that_says_so(officer: Client, settings, tmp_path):
    page = reverse("plans:target", args=[yunnan().pk])
    officer.post(page + "attach/", {"file": SimpleUploadedFile("通知.pdf", PDF)})
    settings.VAULT_DIR = tmp_path / "empty"
    answer = officer.get(f"{page}documents/{yunnan().documents.get().pk}/", follow=True)
    assert (answer.status_code, "文件库里没有这个文件" in answer.content.decode()) == (404, True)


def test_a_file_that_is_no_document_is_refused_beside_the_field(officer: Client):
    page = reverse("plans:target", args=[yunnan().pk])
    refused = officer.post(page + "attach/", {"file": SimpleUploadedFile("通知.pdf", b"<html>")})
    assert refused.status_code == 422
    assert refused.context["file"].errors["file"]


# --- 任务分配 -------------------------------------------------------------------------------------------------

BEIJING_FOR_GUANGXI = {
    "source": "new",
    "title": "关于分配任务的通知",
    "dated": "2026-01-05",
    "plan": "QC",
    "supporter": "CN-BJ",
    "beneficiary": "CN-GX",
    "quantity": "60",
    "strength": "assigned",
    "year": "",
    "quote": "分配给北京60场",
}


def test_the_national_office_enters_a_target_with_its_document_and_sees_the_proposal(national: Client):
    yearly = BEIJING_FOR_GUANGXI | {
        "beneficiary": "",
        "quantity": "20",
        "strength": "average",
        "each_year": "on",
    }
    saved = None
    for said in (BEIJING_FOR_GUANGXI, yearly):
        file = SimpleUploadedFile("通知.pdf", PDF)
        saved = national.post(TARGETS, {**said, "file": file}, follow=True)

    assert saved is not None
    assert saved.status_code == 200
    entered = Target.objects.filter(supporter__code="CN-BJ")
    assert [target.quantity for target in entered.order_by("pk")] == [60, 20]
    assert entered.values("source").distinct().count() == 1
    assert entered.order_by("pk")[0].documents.get().name == "通知.pdf"
    assert "CN-BJ" in saved.redirect_chain[-1][0]


def test_the_proposal_of_guangdong_stands_below_its_targets(national: Client):
    page = national.get(TARGETS + "?plan=QC&supporter=CN-GD")
    assert page.context["table"].total == 120
    assert len(page.context["lines"]) == 6


def test_sums_that_do_not_tie_are_refused_by_how_much(national: Client):
    source = yunnan().source.pk
    said = BEIJING_FOR_GUANGXI | {
        "source": source,
        "supporter": "CN-GD",
        "beneficiary": "CN-BJ",
        "quantity": "1",
    }

    refused = national.post(TARGETS, said)

    assert refused.status_code == 422
    assert "121" in refused.content.decode()


def test_a_new_document_needs_a_title_and_a_file(national: Client):
    refused = national.post(TARGETS, BEIJING_FOR_GUANGXI | {"title": ""})
    assert set(refused.context["form"].errors) == {"title", "file"}


def test_a_number_is_changed_and_taken_out(national: Client, office: Office):
    page = reverse("targets:target", args=[yunnan().pk])
    said = {"seen": 0, "quantity": 19, "strength": "assigned", "quote": yunnan().quote}
    assert national.post(page, said).status_code == 302
    assert yunnan().quantity == 19
    assert national.post(page, said | {"quantity": 18}).status_code == 422

    office.scheduled()
    standing = Target.objects.get(key="QC/CN-GD/CN-GX/*/*")
    kept = national.post(reverse("targets:withdraw", args=[standing.pk]), {"seen": 0}, follow=True)
    assert Target.objects.filter(pk=standing.pk).exists()
    assert kept.redirect_chain[-1][0] == reverse("targets:target", args=[standing.pk])
    national.post(reverse("targets:withdraw", args=[yunnan().pk]), {"seen": 1})
    assert Target.objects.filter(key="QC/CN-GD/CN-YN/*/*").exists()  # the documents state it
    mistaken = yunnan()
    mistaken.pk, mistaken.key, mistaken.supporter = None, "entered", Association.objects.get(code="CN-BJ")
    mistaken.save()
    national.post(reverse("targets:withdraw", args=[mistaken.pk]), {"seen": mistaken.revision})
    assert not Target.objects.filter(key="entered").exists()


def test_the_list_takes_a_fixed_number_of_queries(national: Client, django_assert_num_queries):
    with django_assert_num_queries(13):
        national.get(TARGETS)


def test_the_next_page_of_the_list_keeps_what_was_chosen(national: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(manage_views, "PAGE", 2)
    page = national.get(TARGETS + "?plan=QC&supporter=CN-GD")
    assert "?plan=QC&amp;supporter=CN-GD&amp;page=2" in page.content.decode()


def test_others_do_not_set_quotas(officer: Client):
    assert officer.get(TARGETS).status_code == 403


def test_pages_are_small(officer: Client, national: Client):
    propose(officer)
    for client, address in ((officer, PLAN + "?plan=QC"), (national, TARGETS)):
        assert len(zlib.compress(client.get(address).content)) < 12_000


def test_a_decision_is_one_row(officer: Client):
    propose(officer)
    for _again in range(2):
        officer.post(PLAN + "adopt/", {"plan": "QC", "version": "1", "seen": "0"})
    assert Adoption.objects.count() == 1
