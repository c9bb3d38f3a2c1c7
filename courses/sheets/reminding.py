"""Reminders of sheets that nobody reported, three and seven days after the day: to the contact of the county, to the
officers who check it, and the second time to those who hold the session. A beat task does it; nobody is told twice.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from courses.sheets import access
from courses.sheets.models import Sheet
from courses.sheets.rules import REMINDED_AFTER
from qianchang.people import notices
from qianchang.people.models import Account, RoleGrant
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act

MISSING = "sheet_missing"
# Later than this nobody is reminded for the first time: the site was down, or the sheet was entered late.
ASKED_UNTIL = timedelta(days=30)
State = Sheet.State


def remind_of_sheets(*, at: datetime) -> int:
    """Remind of sheets whose day lies three or seven days back. Returns how many people were told now."""
    today, told = localdate(at), 0
    late = Sheet.objects.filter(
        state__in=[State.OPEN, State.RETURNED],
        date__lte=today - timedelta(days=REMINDED_AFTER[0]),
        date__gt=today - ASKED_UNTIL,
    ).select_related(
        "session__lecture_version__lecture",
        "session__supporter__parent__parent",
        "session__beneficiary",
        "association__parent__parent",
        "region__parent__parent",
    )
    for sheet in late.order_by("pk"):
        days = (today - sheet.date).days
        reached = max(day for day in REMINDED_AFTER if day <= days)
        lecture = sheet.session.lecture_version.lecture
        words: dict[str, str | int] = {
            "date": sheet.date.isoformat(),
            "days": reached,
            "title": lecture.title,
            "title_en": lecture.title_en,
        }
        told += notices.post_many(
            event=MISSING,
            key=f"sheet:{sheet.pk}:{reached}",
            told=dict.fromkeys(_asked(sheet, reached, at), words),
            at=at,
            link=reverse("sheets:sheet", args=[sheet.pk]),
        )
    return told


def _asked(sheet: Sheet, reached: int, at: datetime) -> set[int]:
    """Whom a sheet is asked of: the contacts of its county, else the officers who check it; the second time both, and who
    holds the session.
    """
    today = localdate(at)
    contacts = _contacts(sheet, at)
    if contacts and reached == REMINDED_AFTER[0]:
        return contacts
    found = contacts | set(officers_who(Act.CONFIRM_SESSION, [sheet.association], on=today))
    if reached == REMINDED_AFTER[-1]:
        found |= set(officers_who(Act.HOLD_SESSION, [sheet.session.supporter], on=today))
    return found


def _contacts(sheet: Sheet, at: datetime) -> set[int]:
    if sheet.region is None:
        return set()
    today = localdate(at)
    holders = Account.objects.filter(
        Q(role_grants__valid_until=None) | Q(role_grants__valid_until__gt=today),
        role_grants__role=RoleGrant.Role.COUNTY_CONTACT,
        role_grants__region__in=[sheet.region_id, sheet.region.parent_id],
        role_grants__valid_from__lte=today,
        is_active=True,
    ).distinct()
    return {each.pk for each in holders.order_by("pk") if access.may_key(each, sheet, on=today)}
