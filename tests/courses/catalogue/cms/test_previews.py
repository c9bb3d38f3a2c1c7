"""Every kind of page can be previewed by its editor, also before it is published, in the frame of the editor."""

import pytest
from django.http import HttpResponse
from django.urls import reverse
from wagtail.models import Page, get_page_models
from wagtail.test.utils.form_data import querydict_from_html

from tests.courses.catalogue.cms.pages import ensure_articles
from tests.courses.factories import make_course, make_draft, make_published_lecture


@pytest.fixture
def everything(admin, world):
    """One page of each kind."""
    lecture = make_published_lecture(world)
    make_draft(world, title="还是草稿的讲座")
    make_course(world, [lecture])
    ensure_articles()
    return {page.specific_class: page.specific for page in Page.objects.filter(depth__gt=1)}


def kinds() -> list[type[Page]]:
    return [model for model in get_page_models() if model._meta.app_label == "catalogue"]


def previewed(admin, page: Page, mode: str = "") -> HttpResponse:
    """What the panel beside the form shows: the form is sent, then the page is asked for."""
    form = admin.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    path = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    # A script draws the blocks of an article; here there are none.
    data = querydict_from_html(form, form_id="page-edit-form").dict()
    sent = admin.post(path, data | {"body-count": "0", "body_en-count": "0"})
    assert sent.json() == {"is_valid": True, "is_available": True}
    return admin.get(f"{path}?mode={mode}&in_preview_panel=true")


def test_there_is_a_page_of_each_kind(everything):
    assert set(kinds()) <= set(everything)


@pytest.mark.parametrize("mode", ["", "guest"])
@pytest.mark.parametrize("model", kinds(), ids=lambda model: model.__name__)
def test_each_kind_is_previewed(admin, everything, model, mode):
    page = everything[model]
    answer = previewed(admin, page, mode)
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    text = answer.content.decode()
    # The accessibility checker comes along with one's own view.
    assert ("wagtail-userbar" in text) is (mode == "")
    assert ("/account/logout/" in text) is (mode == "")


def test_a_draft_lecture_is_previewed_without_a_player(admin, everything, world):
    draft = make_draft(world, title="另一份草稿")
    answer = previewed(admin, draft)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "另一份草稿" in text
    assert "<video" not in text


def test_a_page_that_is_read_has_no_bar_of_the_admin(admin, everything, client):
    assert "wagtail-userbar" not in admin.get("/").content.decode()
    assert "wagtail-userbar" not in client.get("/").content.decode()
