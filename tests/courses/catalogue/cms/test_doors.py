"""Who enters the admin, and with which policy its pages go out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from wagtail.models import GroupPagePermission, Page

from courses.catalogue.cms import doors
from courses.catalogue.models import (
    CourseIndexPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LectureIndexPage,
    NewsIndexPage,
)
from courses.catalogue.public.first_pages import ensure_first_pages
from courses.catalogue.site import ensure_site
from qianchang.people import editing, operations
from qianchang.people.models import RoleGrant

PATHS = ("/cms/", "/cms/lecture_listing/", "/cms/images/", "/cms/pages/search/", "/cms/api/main/pages/")


@pytest.mark.parametrize("path", PATHS)
def test_an_editor_enters_and_an_officer_does_not(admin, world, client_for, path):
    assert admin.get(path).status_code == 200
    assert client_for(world.supporting_officer).get(path).status_code == 403
    assert Client().get(path)["Location"].startswith("/account/login/?next=/cms/")


def test_a_role_that_ends_closes_the_door_in_the_middle_of_a_visit(admin, world):
    # Given an editor who is inside, and whose group still stands (nobody signed in since)
    assert admin.get("/cms/").status_code == 200
    # When the last day of the role is yesterday
    RoleGrant.objects.filter(account=world.editor).update(valid_until=world.day - timedelta(days=30))
    # Then the next page is refused
    assert admin.get("/cms/").status_code == 403


def test_a_superuser_without_the_role_stays_outside(world, client_for):
    ensure_site(at=world.now)
    officer = world.supporting_officer
    officer.is_superuser = officer.is_staff = True
    officer.save()
    assert client_for(officer).get("/cms/").status_code == 403


def test_roles_put_accounts_into_the_groups_and_take_them_out(world):
    ensure_site(at=world.now)
    names = lambda account: set(account.groups.values_list("name", flat=True))  # noqa: E731
    assert names(world.editor) == {editing.EDITORS}
    assert names(world.administrator) == {editing.EDITORS, editing.ADMINISTRATORS}
    assert names(world.supporting_officer) == set()
    operations.end_role(grant=world.editor.role_grants.get(), until=world.day, at=world.now)
    assert names(world.editor) == set()


def test_roles_from_before_the_groups_count(world):
    editor = world.editor
    assert not editor.groups.exists()
    ensure_site(at=world.now)
    assert editor.groups.filter(name=editing.EDITORS).exists()


def test_nobody_holds_anything_above_the_home_page_and_wagtails_groups_are_gone(world):
    # Given what Wagtail's own migrations make
    ensure_site(at=world.now)
    old = Group.objects.create(name="Moderators")
    publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    GroupPagePermission.objects.create(group=old, page=Page.get_first_root_node(), permission=publish)
    ensure_site(at=world.now)
    assert set(GroupPagePermission.objects.values_list("page", flat=True)) == {HomePage.objects.get().pk}
    assert set(Group.objects.values_list("name", flat=True)) == {editing.EDITORS, editing.ADMINISTRATORS}


def test_a_right_that_was_added_by_hand_is_taken_back(world):
    ensure_site(at=world.now)
    editors = Group.objects.get(name=editing.EDITORS)
    held = set(editors.permissions.values_list("codename", flat=True))
    assert held == {"access_admin", "add_topic", "change_topic", "view_topic"} | {
        "add_lecturer", "change_lecturer", "view_lecturer"
    }  # fmt: skip
    administrators = Group.objects.get(name=editing.ADMINISTRATORS)
    editors.permissions.add(*administrators.permissions.all())
    ensure_site(at=world.now)
    assert set(editors.permissions.values_list("codename", flat=True)) == held


def test_editors_look_after_no_accounts_and_no_settings(admin):
    for path in ("/cms/users/", "/cms/groups/", "/cms/sites/", "/cms/collections/", "/cms/workflows/list/"):
        assert admin.get(path).status_code in (302, 403, 404), path


@pytest.mark.parametrize("who", ["editor", "administrator"])
def test_nobody_takes_the_first_page_or_a_list_away(world, client_for, who):
    # Given a site with all its fixed pages
    ensure_site(at=world.now)
    ensure_first_pages(at=world.now)
    client = client_for(getattr(world, who))
    for fixed in (HomePage, LectureIndexPage, CourseIndexPage, NewsIndexPage, HelpIndexPage):
        page = fixed.objects.get()
        # Then its words can be changed, and no button or address takes it away
        assert client.get(f"/cms/pages/{page.pk}/edit/").status_code == 200
        for act in ("unpublish", "delete", "move", "copy"):
            client.post(f"/cms/pages/{page.pk}/{act}/", {"include_descendants": "on"})
            assert client.get(f"/cms/pages/{page.pk}/{act}/").status_code in (302, 403), (fixed, act)
        assert fixed.objects.get().live
        assert not page.permissions_for_user(getattr(world, who)).can_move()
    # And single help pages still go
    assert HelpPage.objects.first().permissions_for_user(getattr(world, who)).can_unpublish()


def test_pages_of_the_admin_have_a_policy_that_lets_nobody_else_in(admin):
    said = admin.get("/cms/")["Content-Security-Policy"]
    assert "default-src 'self'" in said
    assert "frame-ancestors 'self'" in said
    assert "object-src 'none'" in said
    assert "http" not in said


def test_a_preview_keeps_the_scripts_of_a_page_strict():
    strict = dict(part.split(" ", 1) for part in doors.policy(inline=False).split("; "))
    assert strict["script-src"] == "'self'"
    assert strict["frame-ancestors"] == "'self'"
