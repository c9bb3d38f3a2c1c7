"""Who makes a stick, fetches its files, brings its records back and declares it lost. docs/permissions.md has the acts.

A stick of a lawyer is the lawyer's and those' who enter attendance for that person; a stick of a room is of those who key
its sheet. Making one for somebody else is asking for a disc in another form.
"""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from courses.offline.models import Stick
from courses.sheets import access
from courses.sheets.models import Sheet
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, associations_where, lawyers_where, may

Viewer = Account | AnonymousUser


def may_make(account: Viewer, lawyer: Lawyer, *, on: date) -> bool:
    """Whether an account makes a stick for a lawyer: the lawyer, the county's contact, the association's officers."""
    return lawyer.erased_at is None and may(account, Act.REQUEST_DISC, on=on, lawyer=lawyer)


def may_make_for_room(account: Viewer, sheet: Sheet, *, on: date) -> bool:
    """Whether an account makes a stick for a room: whoever keys its sheet."""
    return access.may_key(account, sheet, on=on)


def reaches(account: Viewer, stick: Stick, *, on: date) -> bool:
    """Whether an account sees a stick, brings its records back and declares it lost."""
    if stick.sheet is not None:
        return access.may_key(account, stick.sheet, on=on)
    if stick.lawyer is None:
        return False
    acts = (Act.OWN_HOURS, Act.ENTER_ATTENDANCE)
    return any(may(account, act, on=on, lawyer=stick.lawyer) for act in acts)


def may_fetch(account: Viewer, stick: Stick, *, on: date) -> bool:
    """Whether an account fetches the files of a stick: whoever might make the same one now."""
    if stick.revoked_at is not None:
        return False
    if stick.sheet is not None:
        return may_make_for_room(account, stick.sheet, on=on)
    return stick.lawyer is not None and may_make(account, stick.lawyer, on=on)


def sticks() -> QuerySet[Stick]:
    """All sticks with whom and what they are for."""
    return Stick.objects.select_related(
        "lawyer__association__parent__parent",
        "lawyer__association__jurisdiction",
        "lawyer__firm__region__parent__parent",
        "sheet__session__supporter__parent__parent",
        "sheet__session__beneficiary__parent__parent",
        "sheet__session__lecture_version__lecture",
        "sheet__session__mode",
        "sheet__association__parent__parent",
        "sheet__association__jurisdiction",
        "sheet__region__parent__parent",
        "sheet__disc",
        "made_by",
    )


def sticks_reached(account: Viewer, *, on: date) -> QuerySet[Stick]:
    """Return the sticks that an officer or a county contact sees in the list."""
    seen = Q(kind=Stick.Kind.PERSON) & lawyers_where(account, Act.ENTER_ATTENDANCE, on=on, prefix="lawyer__")
    keyed: list[int] = []
    for act in (Act.ENTER_ATTENDANCE, Act.KEY_IN_SHEET):
        associations = associations_where(account, act, on=on)
        if associations is None:
            return sticks()
        keyed += [each.pk for each in associations]
    rooms = Q(sheet__association__in=keyed) | Q(sheet__session__supporter__in=keyed)
    for county, association in access.counties_of(account, Act.ENTER_ATTENDANCE, on=on):
        inside = Q(sheet__region=county) | Q(sheet__region__parent=county)
        below = Q(sheet__association=association) | Q(sheet__association__parent=association)
        rooms |= inside & (below | Q(sheet__association=association.parent_id))
    return sticks().filter(seen | (Q(kind=Stick.Kind.ROOM) & rooms))
