"""Wagtail's groups as our roles need them, made by `ensure_site`: what editors may change, and what administrators may do.

Who is in them is people/editing.py's: from the roles, on the day. Everything is on the home page and below, on the first
collection of files, and on the snippets of the catalogue; nobody holds anything on the root, on users or on groups.
"""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
)

from qianchang.people import editing

# App, model and what may be done with it.
_EDITORS = (
    ("wagtailadmin", "admin", ("access",)),
    ("catalogue", "topic", ("add", "change", "view")),
    ("catalogue", "lecturer", ("add", "change", "view")),
)
_ADMINISTRATORS = (("wagtailcore", "workflow", ("view",)),)
_PAGES = {
    editing.EDITORS: ("add", "change", "publish"),
    editing.ADMINISTRATORS: ("unlock", "bulk_delete"),
}
_FILES = {
    editing.EDITORS: (
        ("wagtailimages", "image", ("add", "change", "choose")),
        ("wagtaildocs", "document", ("add", "change", "choose")),
    ),
    editing.ADMINISTRATORS: (("wagtailcore", "collection", ("add", "change", "delete")),),
}
# What Wagtail's own migrations made: groups on the root page, and a workflow that waits for the first of them.
_WAGTAILS_GROUPS = ("Moderators", "Editors")
_WAGTAILS_WORKFLOW = "Moderators approval"
FILES = "公共文件"


@transaction.atomic
def ensure_editors(home: Page, *, on: date) -> int:
    """Make the two groups with exactly these permissions, put everybody into them who belongs there on a day, and take
    Wagtail's own groups away. Returns how many rows were made; 0: everything was there.
    """
    made = 0
    files = _ensure_files()
    for name, on_models in ((editing.EDITORS, _EDITORS), (editing.ADMINISTRATORS, _ADMINISTRATORS)):
        group, new = Group.objects.get_or_create(name=name)
        made += new
        group.permissions.set(_permissions(on_models))
        made += _allow_pages(group, home, _PAGES[name])
        made += _allow_files(group, files, _permissions(_FILES[name]))
    WorkflowPage.objects.filter(workflow__name=_WAGTAILS_WORKFLOW).delete()
    Workflow.objects.filter(name=_WAGTAILS_WORKFLOW).update(active=False)
    Group.objects.filter(name__in=_WAGTAILS_GROUPS).delete()
    editing.align_all(on=on)
    return made


def _permissions(of: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[Permission]:
    """Return the permissions, made where a migration of Wagtail's would have (there is no model behind some)."""
    found = []
    for app, model, acts in of:
        kind, _made = ContentType.objects.get_or_create(app_label=app, model=model)
        for act in acts:
            code = f"{act}_{model}"
            permission, _made = Permission.objects.get_or_create(
                content_type=kind, codename=code, defaults={"name": code.replace("_", " ")}
            )
            found.append(permission)
    return found


def _allow_pages(group: Group, home: Page, acts: tuple[str, ...]) -> int:
    wanted = _permissions([("wagtailcore", "page", acts)])
    GroupPagePermission.objects.filter(group=group).exclude(page_id=home.pk, permission__in=wanted).delete()
    return sum(
        GroupPagePermission.objects.get_or_create(group=group, page_id=home.pk, permission=permission)[1]
        for permission in wanted
    )


def _allow_files(group: Group, files: Collection, wanted: list[Permission]) -> int:
    GroupCollectionPermission.objects.filter(group=group).exclude(
        collection=files, permission__in=wanted
    ).delete()
    return sum(
        GroupCollectionPermission.objects.get_or_create(group=group, collection=files, permission=permission)[
            1
        ]
        for permission in wanted
    )


def _ensure_files() -> Collection:
    """Return the first collection, by a name that editors read."""
    files: Collection | None = Collection.get_first_root_node()
    if files is None:
        return Collection.add_root(name=FILES)
    if files.name == "Root":
        files.name = FILES
        files.save(update_fields=["name"])
    return files
