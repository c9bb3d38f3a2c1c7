"""Forms of the users page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qianchang.people import users
from qianchang.people.models import Account, Association, Region, RoleGrant

R = RoleGrant.Role


class SearchForm(forms.Form):
    """What the list of accounts is cut to."""

    q = forms.CharField(label=_("Name, user name or e-mail"), required=False, max_length=60)
    which = forms.ChoiceField(label=_("Which"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = self.fields["which"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            ("", _("All")),
            *R.choices,
            (users.NEVER_SIGNED_IN, _("never signed in")),
            (users.CLOSED, _("account closed")),
        ]


class OpenForm(forms.Form):
    """An account for somebody who is on no roster."""

    name = forms.CharField(label=_("Name"), max_length=60)
    username = forms.SlugField(
        label=_("User name"),
        max_length=60,
        min_length=3,
        help_text=_("Letters, digits and hyphens, such as huang-gx. Not a licence number."),
        error_messages={
            "invalid": _("A user name has letters without accents, digits, hyphens and underscores.")
        },
    )
    email = forms.EmailField(label=_("E-mail"), help_text=_("A link to set the password goes there."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_username(self) -> str:
        """Return the user name. Licence numbers belong to lawyers, who activate their accounts themselves."""
        username: str = self.cleaned_data["username"]
        if username.isdecimal():
            raise forms.ValidationError(
                _("Lawyers activate their accounts from the roster. Choose a user name with letters.")
            )
        return username


class GrantForm(forms.Form):
    """A role for an account."""

    role = forms.ChoiceField(label=_("Role"), choices=R.choices)
    association = forms.CharField(
        label=_("Association"),
        required=False,
        max_length=60,
        help_text=_("Its code or its name, such as CN-GX. Officers, county contacts and experts have one."),
    )
    county = forms.CharField(
        label=_("County"),
        required=False,
        max_length=60,
        help_text=_("Only for county contacts: its code by GB/T 2260, such as 451026."),
    )
    valid_from = forms.DateField(
        label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("The first day without the role. Empty while it lasts."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "initial": {"valid_from": localdate()}, **kwargs})

    def clean_association(self) -> Association | None:
        """Return the association of this code or this Chinese name."""
        typed = self.cleaned_data["association"].strip()
        if not typed:
            return None
        found = (
            Association.objects.filter(code__iexact=typed).first()
            or Association.objects.filter(name_zh=typed).first()
        )
        if found is None:
            raise forms.ValidationError(_("No association has this code or this name. Check it."))
        return found

    def clean_county(self) -> Region | None:
        """Return the county or division of this code."""
        typed = self.cleaned_data["county"].strip()
        if not typed:
            return None
        found = Region.objects.filter(code=typed, level__in=(Region.Level.COUNTY, Region.Level.XPCC)).first()
        if found is None:
            raise forms.ValidationError(_("No county has this code. Look it up in GB/T 2260."))
        return found

    def carry_out(self, account: Account, **by_at: Any) -> RoleGrant:
        """Grant the role. Raises what `users.grant` raises."""
        typed = self.cleaned_data
        return users.grant(
            account=account,
            role=typed["role"],
            association=typed["association"],
            region=typed["county"],
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
            **by_at,
        )


class EndForm(forms.Form):
    """The end of a role."""

    until = forms.DateField(
        label=_("First day without the role"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "initial": {"until": localdate()}, **kwargs})

    def clean_until(self) -> date:
        """Return the day; roles of the past are not ended backwards."""
        until: date = self.cleaned_data["until"]
        if until < localdate():
            raise forms.ValidationError(_("Choose today or a later day: what was done in the role stays."))
        return until


class ReasonForm(forms.Form):
    """Why something is done; it is kept in the audit log."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Kept in the audit log, without numbers of persons.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
