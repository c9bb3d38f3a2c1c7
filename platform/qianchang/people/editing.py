"""Who gets into the Wagtail admin: editors and administrators, as long as their role holds.

Wagtail asks Django's groups, our roles have dates. So the membership is set when a role is granted or ended,
and again at every sign-in: a role that ran out in between is gone by then.
"""

from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone

from qianchang.people.models import Account, RoleGrant
from qianchang.people.permissions import grants_of

# Wagtail's own migrations make this group: it may edit and publish every page.
GROUP = "Moderators"
ROLES = {RoleGrant.Role.EDITOR, RoleGrant.Role.ADMINISTRATOR}


def align(account: Account, *, on: date) -> None:
    """Put an account into Wagtail's group, or take it out, as its roles of the day say."""
    group = Group.objects.filter(name=GROUP).first()
    if group is None:
        return
    if any(grant.role in ROLES for grant in grants_of(account, on=on)):
        account.groups.add(group)
    else:
        account.groups.remove(group)


def listen() -> None:
    """Align at every sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="people.editing")


def _signed_in(sender: object, user: Account, **kwargs: Any) -> None:
    align(user, on=timezone.localdate())
