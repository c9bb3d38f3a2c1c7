"""In which county a session is held."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.schedule import evidence, queries
from courses.schedule.evidence import UnableToAddEvidence
from courses.schedule.models import TrainingSession
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act


@transaction.atomic
def set_county(*, session: TrainingSession, said: str, by: Account, at: datetime) -> TrainingSession:
    """Say in which county of its region a session is held, by name or code; empty: in none, or in several. Its contact
    hands in evidence from then on. The same again changes nothing.

    Raises PermissionDenied for whoever is no officer of either side, UnableToAddEvidence for a county of elsewhere.
    """
    if not evidence.at_desk(by, session, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    said, county = said.replace("\x00", "").strip(), None
    if said:
        counties = queries.counties_of(session.beneficiary)
        known = list(counties.filter(Q(name_zh=said) | Q(code=said))[:2])
        if len(known) != 1:
            raise UnableToAddEvidence(
                _("The region has no county of this name, or several. Write its whole name, or its code.")
            )
        county = known[0]
    locked = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.county_id == (county.pk if county is not None else None):
        return locked
    locked.county = county
    locked.save(update_fields=["county"])
    audit.record(
        "county of a session set",
        object_type="session",
        object_key=locked.code,
        by=by,
        at=at,
        region=county.code if county else None,
    )
    return locked
