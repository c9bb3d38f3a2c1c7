"""Forms of the pages about one's own data, and of the officers' erasures."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qianchang.people.unmasking import MOST_CHARACTERS


class EraseMeForm(forms.Form):
    """The one box that is ticked before everything about oneself is asked to go."""

    sure = forms.BooleanField(
        label=_("I know that this cannot be undone once the days are over"),
        error_messages={"required": _("Tick the box if you want to be erased.")},
    )


class ErasureForm(forms.Form):
    """Why somebody is to be erased."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_CHARACTERS,
        help_text=_(
            "A letter of the person, a court's order… No names and no numbers: the reason is erased too."
        ),
        error_messages={"required": _("Say in a few words why.")},
    )
