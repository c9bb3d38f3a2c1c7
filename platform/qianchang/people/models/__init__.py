"""Who somebody is: regions, associations, firms, lawyers, accounts and their dated roles."""

from qianchang.people.models.accounts import Account, RoleGrant
from qianchang.people.models.associations import Association, AssociationRole, Jurisdiction
from qianchang.people.models.lawyers import (
    EligibilityOverride,
    Firm,
    FirmSeat,
    Lawyer,
    Practice,
    Registration,
)
from qianchang.people.models.pairings import Pairing
from qianchang.people.models.places import Dated, Designation, Region

__all__ = [
    "Account",
    "Association",
    "AssociationRole",
    "Dated",
    "Designation",
    "EligibilityOverride",
    "Firm",
    "FirmSeat",
    "Jurisdiction",
    "Lawyer",
    "Pairing",
    "Practice",
    "Region",
    "Registration",
    "RoleGrant",
]
