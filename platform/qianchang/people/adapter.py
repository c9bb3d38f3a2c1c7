"""How allauth behaves here: no open sign-up; people come from the roster."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are activated from the roster, never made by a stranger."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
