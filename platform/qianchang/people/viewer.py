"""The person who looks at a page, as templates see them."""

from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from qianchang.people.models import Account, Lawyer, RoleGrant
from qianchang.people.permissions import MATRIX, Act, grants_of
from qianchang.people.queries import lawyer_of

R = RoleGrant.Role
DESK_ROLES = (R.NATIONAL_OFFICER, R.SUPPORTING_OFFICER, R.BENEFICIARY_OFFICER)

TEXT_SIZE_COOKIE = "qianchang_text_size"
DATA_SAVER_COOKIE = "qianchang_data_saver"


class Viewer:
    """Who looks at a page, and how they want it. Asks the database at most twice, when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._cookies = request.COOKIES
        # A page may fail before the middleware of sessions has run.
        self.account: Account | AnonymousUser = getattr(request, "user", AnonymousUser())
        # An administrator looks at a role: `account` is a stand-in then.
        self.previewing = hasattr(request, "previewed_by")

    @property
    def is_signed_in(self) -> bool:
        return self.account.is_authenticated

    @property
    def name(self) -> str:
        return str(self.account) if isinstance(self.account, Account) else ""

    @cached_property
    def lawyer(self) -> Lawyer | None:
        return lawyer_of(self.account)

    @cached_property
    def grants(self) -> list[RoleGrant]:
        return grants_of(self.account, on=timezone.localdate())

    @cached_property
    def roles(self) -> set[str]:
        return {grant.role for grant in self.grants}

    @property
    def identities(self) -> list[str]:
        """What this person is here, in words, for the page that asks for another role."""
        lawyer = [str(_("lawyer"))] if self.lawyer else []
        return lawyer + list(dict.fromkeys(str(grant.get_role_display()) for grant in self.grants))

    @property
    def sees_quotas(self) -> bool:
        """Tell whether the quota board and the sessions open for this person."""
        return self._holds(Act.SEE_QUOTA_BOARD)

    @property
    def keys_in_sheets(self) -> bool:
        """Tell whether this person keys in sign-in sheets, and may have some on this computer that wait for a line."""
        return self._holds(Act.ENTER_ATTENDANCE)

    @property
    def sees_screenings(self) -> bool:
        """Tell whether screenings and sign-in sheets open for this person."""
        return self._holds(Act.ENTER_ATTENDANCE) or self._holds(Act.SEE_QUOTA_BOARD)

    @property
    def requests_discs(self) -> bool:
        """Tell whether this person asks for discs in an office; lawyers ask for themselves."""
        return self._holds(Act.REQUEST_DISC)

    @property
    def sees_roster(self) -> bool:
        """Tell whether the roster opens for this person."""
        return self._holds(Act.SEE_ROSTER)

    @property
    def previewed_association(self) -> str:
        """The association (and county) whose role is looked at in a preview."""
        places = [place for grant in self.grants for place in (grant.association, grant.region) if place]
        return " · ".join(getattr(place, "name", place.name_zh) for place in places)

    @cached_property
    def acts(self) -> frozenset[Act]:
        """What this person may do at all; of what, the pages themselves ask."""
        return frozenset(act for act in MATRIX if self._holds(act))

    def _holds(self, act: Act) -> bool:
        return not self.roles.isdisjoint(MATRIX[act])

    @property
    def is_expert(self) -> bool:
        return R.EXPERT in self.roles

    @property
    def is_officer(self) -> bool:
        return any(role in self.roles for role in DESK_ROLES)

    @property
    def is_editor(self) -> bool:
        return R.EDITOR in self.roles

    @property
    def is_admin(self) -> bool:
        return R.ADMINISTRATOR in self.roles

    @cached_property
    def desk_name(self) -> str:
        """The association whose desk is open: that of the highest officer's role; empty for others."""
        for role in DESK_ROLES:
            for grant in self.grants:
                if grant.role == role and grant.association is not None:
                    return grant.association.name
        return ""

    @property
    def text_size(self) -> str:
        if isinstance(self.account, Account):
            return self.account.text_size
        chosen = self._cookies.get(TEXT_SIZE_COOKIE, "")
        return chosen if chosen in Account.TextSize.values else Account.TextSize.STANDARD.value

    @property
    def large_text(self) -> bool:
        return self.text_size != Account.TextSize.STANDARD

    @property
    def largest_text(self) -> bool:
        return self.text_size == Account.TextSize.LARGEST

    @property
    def data_saver(self) -> bool:
        """Tell whether pages save data. It is on until somebody switches it off."""
        if isinstance(self.account, Account):
            return self.account.data_saver
        return self._cookies.get(DATA_SAVER_COOKIE) != "off"
