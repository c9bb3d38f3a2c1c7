"""A preview: the site as a role sees it, and nothing that could act."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from qianchang.groundwork.models import AuditEntry
from qianchang.people import preview
from qianchang.people.models import Account, Region
from qianchang.project import urls
from tests.world import World


def page_that_writes(request: HttpRequest) -> HttpResponse:
    """A GET with an effect, as none should be."""
    # PostgreSQL answers nothing more in the transaction around the page; on SQLite there is only the test's.
    with nullcontext() if connection.vendor == "postgresql" else transaction.atomic():
        Region.objects.create(code="000000", name_zh="无", level="county")
    return HttpResponse("x")


urlpatterns = [path("page-that-writes/", page_that_writes), *urls.urlpatterns]


@pytest.fixture
def begin(world: World, client_for: Callable[[Account], Client]) -> Callable[..., Client]:
    """Return a function that gives the administrator's browser while it looks at a role."""

    def act(role: str, association: str = "", county: str = "") -> Client:
        browser = client_for(world.administrator)
        answer = browser.post(
            "/manage/preview/", {"role": role, "association": association, "county": county}
        )
        assert answer.status_code == 302, answer.content.decode()
        return browser

    return act


def test_pages_are_those_of_the_role(world: World, begin: Callable[..., Client]) -> None:
    assert world.guangxi
    browser = begin("beneficiary_officer", "CN-GX")

    todo = browser.get("/office/")
    assert todo.status_code == 200
    assert 'id="preview"' in todo.content.decode()
    assert "广西律师协会" in todo.content.decode()
    assert browser.get("/manage/users/").status_code == 403
    assert browser.get("/office/queue/").status_code == 403
    assert browser.get("/api/v1/quotas/?programme=BQQ-2012&year=2026").status_code in (200, 404)


def test_nothing_is_sent(world: World, begin: Callable[..., Client]) -> None:
    assert world.guangxi
    browser = begin("beneficiary_officer", "CN-GX")
    before = AuditEntry.objects.count()

    for method in ("post", "put", "patch", "delete"):
        for address in (
            "/office/sessions/new/",
            "/account/settings/",
            "/api/v1/playbacks/",
            "/account/logout/",
        ):
            answer = getattr(browser, method)(address)
            assert answer.status_code == 403, (method, address)
            assert "预览" in answer.content.decode()
    assert AuditEntry.objects.count() == before


def test_the_database_refuses_a_page_that_would_write(world: World, begin: Callable[..., Client]) -> None:
    assert world.guangxi
    session = begin("editor").session

    def writes(request: object) -> HttpResponse:
        with pytest.raises(DatabaseError), transaction.atomic():
            Region.objects.create(code="000000", name_zh="无", level="county")
        return HttpResponse("x")

    request = RequestFactory().get("/")
    request.user, request.session = world.administrator, session
    request.COOKIES[preview.COOKIE] = "1"
    preview.PreviewMiddleware(writes)(request)
    # Afterwards it takes writes again.
    Region.objects.create(code="000000", name_zh="无", level="county")


@pytest.mark.urls(__name__)
def test_a_page_that_would_write_says_so(world: World, begin: Callable[..., Client]) -> None:
    assert world.guangxi
    browser = begin("beneficiary_officer", "CN-GX")
    answer = browser.get("/page-that-writes/")

    assert answer.status_code == 403
    assert "预览" in answer.content.decode()
    assert not Region.objects.filter(code="000000").exists()
    assert browser.get("/office/").status_code == 200


def test_it_ends_where_it_began_and_both_are_in_the_log(world: World, begin: Callable[..., Client]) -> None:
    assert world.guangxi
    browser = begin("beneficiary_officer", "CN-GX")
    for _twice in range(2):
        assert browser.post("/manage/preview/end/").status_code == 302

    assert browser.get("/manage/users/").status_code == 200
    log = AuditEntry.objects.filter(object_type="preview").order_by("pk")
    assert [entry.verb for entry in log] == ["began preview", "ended preview"]
    assert {entry.actor_id for entry in log} == {world.administrator.pk}
    assert log[0].details["association"] == "CN-GX"


def test_a_county_contacts_view_needs_the_county(
    world: World, client_for: Callable[[Account], Client]
) -> None:
    assert world.guangxi
    browser = client_for(world.administrator)

    page = browser.post("/manage/preview/", {"role": "county_contact", "association": "CN-GX", "county": ""})
    assert page.status_code == 422
    assert "请填" in page.content.decode() or "县" in page.content.decode()
    assert browser.get("/manage/users/").status_code == 200


def test_nobody_else_previews_even_with_the_cookie(
    world: World, client_for: Callable[[Account], Client]
) -> None:
    for who in (world.national_officer, world.beneficiary_officer, world.editor):
        browser = client_for(who)
        assert browser.post("/manage/preview/", {"role": "editor"}).status_code == 403
        session = browser.session
        session[preview.SESSION_KEY] = {"role": "editor", "association": "", "county": ""}
        session.save()
        browser.cookies[preview.COOKIE] = "1"
        assert 'id="preview"' not in browser.get("/verify/").content.decode()


def test_a_preview_of_an_administrator_is_none(world: World, client_for: Callable[[Account], Client]) -> None:
    page = client_for(world.administrator).post("/manage/preview/", {"role": "administrator"})
    assert page.status_code == 422


def test_an_administrator_who_is_one_no_more_previews_nothing(
    world: World, begin: Callable[..., Client]
) -> None:
    browser = begin("editor")
    world.administrator.role_grants.update(valid_until=world.day)

    assert 'id="preview"' not in browser.get("/verify/").content.decode()
