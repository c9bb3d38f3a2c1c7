"""The forms of 任务分配: a number that a document states, and changing it."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from programmes.plans import documents, targets, wording
from programmes.plans.models import BasisDocument, Plan, SourceDocument, Target
from programmes.plans.moving import Dimensions
from programmes.plans.targets import Said
from qianchang.people.models import Association

WANTED = _("Fill this in.")
NEW = "new"


def _quantity() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=targets.MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": WANTED, "invalid": _("Write a whole number.")},
    )


def _strength() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("How firm it is"),
        help_text=_("As the document says: 分配, 平均, 拟, 约 or 计划."),
        choices=Target.Strength.choices,
        error_messages={"required": WANTED},
    )


def _quote() -> forms.CharField:
    return forms.CharField(
        label=_("Words of the document"),
        help_text=_("The sentence that states the number."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Copy the words of the document that state the number.")},
    )


def _year() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Year"),
        help_text=_("Empty: over all years."),
        required=False,
        min_value=targets.YEARS[0],
        max_value=targets.YEARS[-1],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Write the year like 2026.")},
    )


def _modes() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Delivery modes"),
        help_text=_("None: any. Several: one number for them together."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class TargetForm(forms.Form):
    """A number that somebody owes. An empty dimension means any."""

    source = forms.ChoiceField(label=_("Basis document"), error_messages={"required": WANTED})
    title = forms.CharField(label=_("Title of the new document"), max_length=200, required=False)
    dated = forms.CharField(label=_("Date and number of the new document"), max_length=80, required=False)
    file = forms.FileField(
        label=_("File of the new document"),
        help_text=_("PDF, JPEG, PNG or Word, at most 10 MB."),
        required=False,
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )
    plan = forms.ChoiceField(label=_("Plan"), error_messages={"required": WANTED})
    supporter = forms.ChoiceField(label=_("Supporting association"), error_messages={"required": WANTED})
    beneficiary = forms.ChoiceField(label=_("Beneficiary region"), required=False)
    quantity = _quantity()
    strength = _strength()
    year = _year()
    each_year = forms.BooleanField(label=_("For every year"), required=False)
    modes = _modes()
    quote = _quote()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.plans = {plan.code: plan for plan in Plan.objects.select_related("programme").order_by("code")}
        self.associations = {
            each.code: each for each in Association.objects.select_related("region").order_by("code")
        }
        self.sources = {str(each.pk): each for each in SourceDocument.objects.order_by("title", "pk")}
        names = [(code, each.name) for code, each in self.associations.items()]
        self._offer(
            "source", [*((key, each.title) for key, each in self.sources.items()), (NEW, _("A new document"))]
        )
        self._offer("plan", [(code, str(plan)) for code, plan in self.plans.items()])
        self._offer("supporter", [("", _("Choose an association")), *names])
        self._offer("beneficiary", [("", _("any region")), *names])
        self._offer("modes", list(wording.mode_labels().items()))

    def _offer(self, name: str, options: list[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = options

    def clean(self) -> dict[str, Any]:
        """Check that a new document has a title and a file that can be kept."""
        typed = super().clean() or self.cleaned_data
        if typed.get("source") != NEW:
            return typed
        if not typed.get("title"):
            self.add_error("title", _("Write the title of the document."))
        sent = typed.get("file")
        if sent is None:
            self.add_error("file", _("Choose the file first."))
            return typed
        data = sent.read(documents.MOST_BYTES + 1)
        try:
            typed["kind"] = documents.checked(data)
        except documents.UnableToAttachDocument as refusal:
            self.add_error("file", str(refusal))
        typed["data"] = data
        return typed

    @property
    def new_document(self) -> dict[str, Any] | None:
        """What is said of a new document; None where one of the list was chosen."""
        typed = self.cleaned_data
        if typed["source"] != NEW:
            return None
        kind: BasisDocument.Kind = typed["kind"]
        return {"title": typed["title"], "dated": typed["dated"], "data": typed["data"], "kind": kind.value}

    @property
    def chosen_source(self) -> SourceDocument:
        """The document of the list that was chosen."""
        return self.sources[self.cleaned_data["source"]]

    @property
    def chosen_plan(self) -> Plan:
        """The plan that was chosen."""
        return self.plans[self.cleaned_data["plan"]]

    def said(self) -> Said:
        """Return what was filled in as the operation takes it."""
        typed = self.cleaned_data
        return Said(
            supporter=self.associations[typed["supporter"]],
            beneficiary=self.associations.get(typed["beneficiary"]),
            quantity=typed["quantity"],
            strength=typed["strength"],
            quote=typed["quote"],
            year=typed["year"],
            each_year=typed["each_year"],
            modes=frozenset(typed["modes"]),
        )


class DimensionsForm(forms.Form):
    """For which region, year and delivery modes a target is; empty means any."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    beneficiary = forms.ChoiceField(label=_("Beneficiary region"), required=False)
    year = _year()
    each_year = forms.BooleanField(label=_("For every year"), required=False)
    modes = _modes()

    def __init__(self, *args: Any, target: Target, **kwargs: Any) -> None:
        initial = {
            "seen": target.revision,
            "beneficiary": target.beneficiary.code if target.beneficiary else "",
            "year": target.year,
            "each_year": target.each_year,
            "modes": [mode.code for mode in target.modes.all()],
        }
        # The page has another form beside it, with a field of the same name.
        super().__init__(*args, **{"initial": initial, "label_suffix": "", "auto_id": "id_of_%s", **kwargs})
        self.associations = {
            each.code: each for each in Association.objects.select_related("region").order_by("code")
        }
        names = [(code, each.name) for code, each in self.associations.items()]
        cast(forms.ChoiceField, self.fields["beneficiary"]).choices = [("", _("any region")), *names]
        cast(forms.ChoiceField, self.fields["modes"]).choices = list(wording.mode_labels().items())

    def dimensions(self) -> Dimensions:
        """Return what was filled in as the operation takes it."""
        typed = self.cleaned_data
        return Dimensions(
            beneficiary=self.associations.get(typed["beneficiary"]),
            year=typed["year"],
            each_year=typed["each_year"],
            modes=frozenset(typed["modes"]),
        )


class ChangeForm(forms.Form):
    """Another number, or how firm it is, of a target that stands."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    quantity = _quantity()
    strength = _strength()
    quote = _quote()
