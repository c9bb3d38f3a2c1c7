"""Actions on many lectures: Wagtail's pages of confirmation around the operations of filing.py."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.bulk_action import BulkAction

from courses.catalogue.cms import filing
from courses.catalogue.models import Category, CoursePage, LecturePage, Topic


class TopicForm(forms.Form):
    """Under which field."""

    topic = forms.ModelChoiceField(
        label=_("field"), queryset=Topic.objects.order_by("position", "pk"), empty_label=None
    )


class CategoryForm(forms.Form):
    """Under which hour category."""

    category = forms.ChoiceField(label=_("hour category"), choices=Category.choices)


class CourseForm(forms.Form):
    """Into which course."""

    course = forms.ModelChoiceField(
        label=_("course"),
        queryset=CoursePage.objects.live().filter(has_unpublished_changes=False).order_by("title"),
        empty_label=None,
        help_text=_("They come at the end. Courses with changes that are not published are not offered."),
    )


class LectureAction(BulkAction):
    """One action on many lectures. Those that are not published, or have changes that are not, are named and left out."""

    models = [LecturePage]
    template_name = "courses/catalogue/cms/bulk_action.html"
    classes = {"button-secondary"}
    # What an operation refuses, said beside the choice; nothing is changed then.
    refusals: tuple[type[Exception], ...] = (filing.UnableToFile,)

    def form_valid(self, form: forms.Form) -> HttpResponseBase:
        try:
            with transaction.atomic():
                answer: HttpResponseBase = super().form_valid(form)
                return answer
        except self.refusals as refusal:
            form.add_error(None, str(refusal))
            refused: HttpResponseBase = self.form_invalid(form)
            return refused

    def check_perm(self, obj: LecturePage) -> bool:
        return filing.may_be_filed(obj)

    @classmethod
    def get_queryset(cls, model: type[LecturePage], object_ids: Sequence[str]) -> QuerySet[LecturePage]:
        found: QuerySet[LecturePage] = model.objects.filter(pk__in=object_ids).order_by("pk")
        return found

    def get_execution_context(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now(), **self.cleaned_form.cleaned_data}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "action": self}

    def get_success_message(self, count: int, _below: int) -> str:
        return ngettext("%(count)d lecture changed", "%(count)d lectures changed", count) % {"count": count}


class FileUnderTopic(LectureAction):
    """File lectures under another field."""

    display_name = _("Field")
    action_type = "topic"
    aria_label = _("File the chosen lectures under a field")
    form_class = TopicForm
    action_priority = 10

    @classmethod
    def execute_action(cls, objects: list[LecturePage], **named: Any) -> tuple[int, int]:
        return filing.file_lectures(lectures=objects, **named), 0


class FileUnderCategory(LectureAction):
    """File lectures under another hour category."""

    display_name = _("Hour category")
    action_type = "category"
    aria_label = _("File the chosen lectures under an hour category")
    form_class = CategoryForm
    action_priority = 20

    @classmethod
    def execute_action(cls, objects: list[LecturePage], **named: Any) -> tuple[int, int]:
        return filing.file_lectures(lectures=objects, **named), 0


class AddToCourse(LectureAction):
    """Put lectures into a course."""

    display_name = _("Add to a course")
    action_type = "course"
    aria_label = _("Add the chosen lectures to a course")
    form_class = CourseForm
    action_priority = 30

    @classmethod
    def execute_action(cls, objects: list[LecturePage], **named: Any) -> tuple[int, int]:
        return filing.add_to_course(lectures=objects, **named), 0


ACTIONS = (FileUnderTopic, FileUnderCategory, AddToCourse)
