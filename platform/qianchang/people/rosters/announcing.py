"""Telling whoever had a roster imported that it is done, or that it stands still. Source: product-design.md, section 8
(import finished).
"""

from datetime import datetime

from django.urls import reverse

from qianchang.people.models import RosterImport
from qianchang.people.notices import post


def finished(roster_import: RosterImport, *, imported: int, at: datetime) -> None:
    """Send the notice, once for each time that rows were imported."""
    if roster_import.by is None:
        return
    post(
        event="import_finished",
        account=roster_import.by,
        at=at,
        key=f"{roster_import.pk} {imported}",
        link=reverse("roster:import", args=[roster_import.pk]),
        imported=imported,
        faulty=roster_import.faulty,
    )


def failed(roster_import: RosterImport, *, at: datetime) -> None:
    """Send the notice that the work stands still, once for each time that it was given up."""
    if roster_import.by is None:
        return
    post(
        event="import_failed",
        account=roster_import.by,
        at=at,
        key=f"{roster_import.pk} {at.isoformat()}",
        link=reverse("roster:import", args=[roster_import.pk]),
        number=roster_import.pk,
    )
