"""Which mails somebody wants."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qianchang.people.models import Account


class MailsForm(forms.Form):
    """通知方式."""

    mails = forms.ChoiceField(
        label=_("Mails"),
        choices=Account.Mails.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose which mails you want."),
            "invalid_choice": _("Choose which mails you want."),
        },
    )
