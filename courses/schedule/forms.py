"""The form of a session notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.schedule.models import SessionNotice


class NoticeForm(forms.ModelForm):
    """What everybody reads of a session to come. Only written through notices.write_notice."""

    class Meta:
        model = SessionNotice
        fields = ("begins_at", "seats", "audience", "takes_names", "sign_up", "sign_up_last_date", "text")
        labels = {
            "begins_at": _("Begins at"),
            "seats": _("Seats"),
            "audience": _("For whom"),
            "takes_names": _("Lawyers sign up here"),
            "sign_up": _("How else to sign up"),
            "sign_up_last_date": _("Last day to sign up"),
            "text": _("What else to know"),
        }
        help_texts = {
            "begins_at": _("Time of the day at the place, such as 09:30"),
            "seats": _("Empty: as many as come"),
            "audience": _("Such as: directors of firms in the counties of Baise"),
            "takes_names": _("With a waiting list when all seats are taken"),
            "sign_up": _("An office and its number: this page is open to everybody, so no private numbers"),
            "sign_up_last_date": _("This day still counts"),
            "text": _("Way, meals, what to bring"),
        }
        widgets = {
            "begins_at": forms.TimeInput(
                attrs={"type": "text", "inputmode": "numeric", "autocomplete": "off"}, format="%H:%M"
            ),
            "sign_up_last_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text": forms.Textarea(attrs={"rows": 4}),
        }
