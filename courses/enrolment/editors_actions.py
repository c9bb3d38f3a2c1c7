"""What the Wagtail admin does to many lectures at once: into a shared collection (精品课程)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue.cms.bulk import LectureAction
from courses.catalogue.models import LecturePage
from courses.catalogue.registries import ReleaseTerms, UnableToRelease
from courses.enrolment.models import Collection
from courses.enrolment.releasing import release
from qianchang.people.permissions import Act, associations_where


class CollectionForm(forms.Form):
    """Into which collection."""

    collection = forms.ModelChoiceField(
        label=gettext_lazy("Shared collection"),
        queryset=Collection.objects.filter(closed_at__isnull=True).order_by("association__code", "name"),
        empty_label=None,
        help_text=gettext_lazy("Lectures of the association that shares it."),
    )


class AddToCollection(LectureAction):
    """Put lectures into a collection of their association, which everybody paired with it sees."""

    display_name = gettext_lazy("Add to a shared collection")
    action_type = "collection"
    aria_label = gettext_lazy("Add the chosen lectures to a shared collection")
    form_class = CollectionForm
    action_priority = 40

    refusals = (UnableToRelease,)

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form: forms.Form = super().get_form(form_class)
        # Those of associations that the editor reviews for: release() would refuse the others.
        own = associations_where(self.request.user, Act.REVIEW_LECTURE, on=timezone.localdate(timezone.now()))
        if own is not None:
            field = form.fields["collection"]
            field.queryset = field.queryset.filter(association__in=own)  # type: ignore[attr-defined]
        return form

    @classmethod
    def execute_action(
        cls, objects: list[LecturePage], *, collection: Collection, **named: Any
    ) -> tuple[int, int]:
        for lecture in objects:
            if lecture.association_id != collection.association_id:
                raise UnableToRelease(
                    _(
                        "“%(title)s” is not of the association that shares this collection. Take it off the choice."
                    )
                    % {"title": lecture.title}
                )
            release(lecture=lecture, terms=ReleaseTerms(collections=(collection.pk,)), **named)
        return len(objects), 0
