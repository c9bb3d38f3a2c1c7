"""Who somebody is: regions, associations, firms, lawyers, accounts and their dated roles."""

from qianchang.people.models.accounts import Account, RoleGrant
from qianchang.people.models.activation import Channel, CodeRequest, Invitation, NumberTries
from qianchang.people.models.associations import Association, AssociationRole, Jurisdiction
from qianchang.people.models.lawyers import (
    EligibilityOverride,
    Firm,
    FirmSeat,
    Lawyer,
    Practice,
    Registration,
)
from qianchang.people.models.notices import Mail, Notice, NoticeRound
from qianchang.people.models.pairings import Pairing
from qianchang.people.models.places import Dated, Designation, Region
from qianchang.people.models.privacy import Consent, ConsentText, DataExport, ErasureRequest, LedgerKey
from qianchang.people.models.rosters import RosterAbsence, RosterImport, RosterRow

__all__ = [
    "Account",
    "Association",
    "AssociationRole",
    "Channel",
    "CodeRequest",
    "Consent",
    "ConsentText",
    "DataExport",
    "Dated",
    "Designation",
    "EligibilityOverride",
    "ErasureRequest",
    "Firm",
    "FirmSeat",
    "Invitation",
    "Jurisdiction",
    "Lawyer",
    "LedgerKey",
    "Mail",
    "Notice",
    "NoticeRound",
    "NumberTries",
    "Pairing",
    "Practice",
    "Region",
    "Registration",
    "RoleGrant",
    "RosterAbsence",
    "RosterImport",
    "RosterRow",
]
