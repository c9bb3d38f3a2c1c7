"""Signing in with an outside identity provider: which account an identity belongs to. None is ever opened by it."""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from qianchang.people import rules, walls
from qianchang.people.models import Account, Lawyer


@walls.as_platform("sign-in with an outside identity: nobody is signed in yet")
def account_of(claims: Mapping[str, Any]) -> Account | None:
    """Return the activated account of the lawyer whose licence number the provider vouches for, in the claim that
    `QIANCHANG_OIDC_LICENCE_CLAIM` names; None without that setting, for a number on no roster or not activated, and where
    the provider itself says that it did not check (`<claim>_verified` is there and not true).
    """
    claim = settings.OIDC_LICENCE_CLAIM
    if not claim:
        return None
    said: dict[str, Any] = {}
    for part in ("id_token", "userinfo"):
        values = claims.get(part)
        said.update(values if isinstance(values, Mapping) else {})
    number = rules.plain_licence_number(str(said.get(claim, "")))
    if not rules.is_licence_number(number) or said.get(f"{claim}_verified", True) is not True:
        return None
    lawyer = Lawyer.objects.select_related("account").filter(licence_number=number).first()
    return lawyer.account if lawyer else None


def forget_claims(sender: type[SocialAccount], instance: SocialAccount, **_later: object) -> None:
    """Keep of an identity that is stored its own identifier and nothing else of what the provider told."""
    instance.extra_data = {}
