"""What the contact of a county hands in of a session that is held there: nothing else of a session is theirs."""

from datetime import date

from courses.schedule.models import Evidence, TrainingSession
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may_in_county

OF_THE_CONTACT = (Evidence.Kind.PHOTO, Evidence.Kind.SIGN_IN_SHEET)
KEYED_IN_BY_THE_CONTACT = ("head_count",)


def is_contact(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether a session is held in the county of which an account is the contact."""
    return may_in_county(
        account, Act.ENTER_ATTENDANCE, on=on, county=session.county, association=session.beneficiary
    )
