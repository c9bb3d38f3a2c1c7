"""Who sees, keys and confirms a sign-in sheet. A county contact reaches the sheets of the own county and no others.

Source: product-design.md, section 3; docs/permissions.md.
"""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from courses.schedule.evidence import own_lecturer
from courses.schedule.models import TrainingSession
from courses.sheets.models import Sheet
from qianchang.people.models import Account, Association, Region
from qianchang.people.permissions import MATRIX, Act, Scope, associations_where, grants_of, may
from qianchang.people.queries import association_line, region_line

Kind = Sheet.Kind
Viewer = Account | AnonymousUser


def counties_of(account: Viewer, act: Act, *, on: date) -> list[tuple[Region, Association]]:
    """Return the counties in which an account may do something as their contact, each with its association."""
    return [
        (grant.region, grant.association)
        for grant in grants_of(account, on=on)
        if MATRIX[act].get(grant.role) is Scope.COUNTY and grant.region and grant.association
    ]


def is_contact(
    account: Viewer, act: Act, *, region: Region | None, association: Association, on: date
) -> bool:
    """Whether an account may do something in a county of an association as its contact."""
    if region is None:
        return False
    counties = counties_of(account, act, on=on)
    if not counties:
        return False
    places = {each.pk for each in region_line(region)}
    above = {each.pk for each in association_line(association)}
    return any(
        county.pk in places
        and (theirs.pk in above or association.pk in {each.pk for each in association_line(theirs)})
        for county, theirs in counties
    )


def may_schedule(account: Viewer, session: TrainingSession, region: Region | None, *, on: date) -> bool:
    """Whether an account schedules a room of a session in a county: officers of either side, and the county's contact."""
    sides = (session.supporter, session.beneficiary)
    return any(may(account, Act.SCHEDULE_SCREENING, on=on, association=side) for side in sides) or is_contact(
        account, Act.SCHEDULE_SCREENING, region=region, association=session.beneficiary, on=on
    )


def may_key(account: Viewer, sheet: Sheet, *, on: date) -> bool:
    """Whether an account keys a sheet: its county's contact, the officers of the session's two sides, to whom the paper
    may come by post, and on site the lecturer.
    """
    if _contact(account, Act.ENTER_ATTENDANCE, sheet, on=on):
        return True
    sides = (sheet.association, sheet.session.supporter)
    acts = (Act.ENTER_ATTENDANCE, Act.KEY_IN_SHEET)
    if any(may(account, act, on=on, association=side) for act in acts for side in sides):
        return True
    return (
        isinstance(account, Account)
        and sheet.kind == Kind.ON_SITE
        and may(account, Act.ENTER_ATTENDANCE_ON_SITE, on=on, owner=account)
        and own_lecturer(account, sheet.session) is not None
    )


def may_confirm(account: Viewer, sheet: Sheet, *, on: date) -> bool:
    """Whether an account confirms or returns a sheet: the officers of the association that checks it; on site, where
    those who hold it see everybody come in, also theirs. Whether it is a second person is asked when it is done.
    """
    if may(account, Act.CONFIRM_SESSION, on=on, association=sheet.association):
        return True
    return sheet.kind == Kind.ON_SITE and may(
        account, Act.HOLD_SESSION, on=on, association=sheet.session.supporter
    )


def sees_names(account: Viewer, sheet: Sheet, *, on: date, keyed_by_others: bool | None = None) -> bool:
    """Whether an account reads who stands on a sheet: who sees the roster; who holds a session on site or by telephone and
    signs people in; and who keys a paper that nobody else has keyed. Everybody else who sees the sheet sees numbers.

    `keyed_by_others` is asked for where it is not said; lists say it for all their sheets.
    """
    if may(account, Act.SEE_ROSTER, on=on, association=sheet.association):
        return True
    if _contact(account, Act.SEE_ROSTER, sheet, on=on):
        return True
    if not may_key(account, sheet, on=on):
        return False
    if sheet.kind != Kind.SCREENING:
        return True
    if keyed_by_others is None:
        keyed_by_others = sheet.versions.exclude(by=account.pk).exists()
    return not keyed_by_others


def may_change(account: Viewer, sheet: Sheet, *, on: date) -> bool:
    """Whether an account reports a sheet or takes the report back: who keys it and reads what stands on it."""
    return may_key(account, sheet, on=on) and sees_names(account, sheet, on=on)


def may_see(account: Viewer, sheet: Sheet, *, on: date) -> bool:
    """Whether an account sees a sheet at all."""
    if may_key(account, sheet, on=on) or may_confirm(account, sheet, on=on):
        return True
    sides = (sheet.association, sheet.session.supporter)
    return any(may(account, Act.SEE_QUOTA_BOARD, on=on, association=side) for side in sides)


def sheets_seen_by(account: Viewer, *, on: date) -> QuerySet[Sheet]:
    """Return the sheets that an account sees in lists, with their sessions."""
    rows = Sheet.objects.select_related(
        "session__lecture_version__lecture",
        "session__mode",
        "session__supporter",
        "session__beneficiary",
        "association",
        "region",
        "disc",
    )
    boards = associations_where(account, Act.SEE_QUOTA_BOARD, on=on)
    if boards is None:
        return rows
    seen = Q(association__in=boards) | Q(session__supporter__in=boards)
    for county, association in counties_of(account, Act.ENTER_ATTENDANCE, on=on):
        seen |= (Q(region=county) | Q(region__parent=county) | Q(region__parent__parent=county)) & _in_line(
            association
        )
    return rows.filter(seen)


def confirmable(account: Viewer, *, on: date) -> Q:
    """Return the condition on the sheets whose association an account confirms for."""
    own = associations_where(account, Act.CONFIRM_SESSION, on=on)
    held = associations_where(account, Act.HOLD_SESSION, on=on)
    return Q(association__in=own or []) | Q(kind=Kind.ON_SITE, session__supporter__in=held or [])


def keyable(account: Viewer, *, on: date) -> Q:
    """Return the condition on the sheets that an account is asked to key: its counties', its association's, and on site and
    for dial-in sites those of the sessions it holds.
    """
    own = associations_where(account, Act.ENTER_ATTENDANCE, on=on)
    if own is None:
        # Whoever reaches everything is nobody's office.
        return Q(pk__in=[])
    held = associations_where(account, Act.HOLD_SESSION, on=on) or []
    found = Q(association__in=own) | (Q(session__supporter__in=held) & ~Q(kind=Kind.SCREENING))
    for county, association in counties_of(account, Act.ENTER_ATTENDANCE, on=on):
        found |= _in_county(county) & _in_line(association)
    return found


def _in_county(county: Region) -> Q:
    return Q(region=county) | Q(region__parent=county) | Q(region__parent__parent=county)


def _contact(account: Viewer, act: Act, sheet: Sheet, *, on: date) -> bool:
    return is_contact(account, act, region=sheet.region, association=sheet.association, on=on)


def _in_line(association: Association) -> Q:
    """The condition on sheets of an association, those above it and those below it."""
    above = [each.pk for each in association_line(association)]
    return (
        Q(association__in=above)
        | Q(association__parent=association)
        | Q(association__parent__parent=association)
    )
