"""Who gets into the Wagtail admin: editors and administrators, as long as their role holds.

Wagtail asks Django's groups, our roles have dates. So the membership is set when a role is granted or ended, and again
at every sign-in: a role that ran out in between is gone by then. What a group may do stands in the room that has the
pages (courses/catalogue/cms/editors.py), which makes the groups and asks at every address besides.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone

from qianchang.people.models import Account, RoleGrant
from qianchang.people.permissions import grants_of

# Names are data that editors read in the admin.
EDITORS, ADMINISTRATORS = "内容编辑", "系统管理"
_GROUPS = {
    RoleGrant.Role.EDITOR.value: (EDITORS,),
    RoleGrant.Role.ADMINISTRATOR.value: (EDITORS, ADMINISTRATORS),
}


def align(account: Account, *, on: date) -> None:
    """Put an account into Wagtail's groups, or take it out, as its roles of the day say. Nothing happens as long as the
    site has no such groups.
    """
    _align(account, list(Group.objects.filter(name__in=(EDITORS, ADMINISTRATORS))), on=on)


def align_all(*, on: date) -> None:
    """Align everybody who has, had or will have such a role, and everybody who is in a group."""
    groups = list(Group.objects.filter(name__in=(EDITORS, ADMINISTRATORS)))
    holders = set(RoleGrant.objects.filter(role__in=_GROUPS).values_list("account", flat=True))
    holders |= set(Account.objects.filter(groups__in=groups).values_list("pk", flat=True))
    for account in Account.objects.filter(pk__in=holders):
        _align(account, groups, on=on)


def listen() -> None:
    """Align at every sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="people.editing")


def _align(account: Account, groups: Iterable[Group], *, on: date) -> None:
    belongs = {name for grant in grants_of(account, on=on) for name in _GROUPS.get(grant.role, ())}
    for group in groups:
        if group.name in belongs:
            account.groups.add(group)
        else:
            account.groups.remove(group)


def _signed_in(sender: object, user: Account, **kwargs: Any) -> None:
    align(user, on=timezone.localdate())
