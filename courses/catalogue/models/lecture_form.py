"""What the Wagtail admin asks of a lecture before it saves it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm


class LectureForm(WagtailAdminPageForm):
    """A speaker of a published lecture has agreed to it: whoever is added to one later would be named without."""

    def clean_lecturers(self) -> Any:
        """Refuse speakers that a published lecture does not have already and who did not agree to it."""
        from courses.catalogue.consents import who_agreed

        chosen = self.cleaned_data["lecturers"]
        lecture = self.instance
        if lecture.pk is None or lecture.review != lecture.Review.PUBLISHED:
            return chosen
        named = type(lecture).objects.get(pk=lecture.pk).lecturers.values_list("pk", flat=True)
        may_be_named = {*named, *who_agreed(lecture)}
        without = [each.name for each in chosen if each.pk not in may_be_named]
        if without:
            raise ValidationError(
                _(
                    "%(names)s did not agree to this lecture, which is published. Withdraw it at the review desk, "
                    "add the speaker, record the consent there and publish it again."
                )
                % {"names": "、".join(without)}
            )
        return chosen
