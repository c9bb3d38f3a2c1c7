"""The page of the audit log, and its file."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qianchang.groundwork import tables
from qianchang.people import audit_log, reauthentication
from qianchang.people.audit_words import VERBS, kind_in_words
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require
from qianchang.people.unmasking import ReasonMissing, record_export


class FilterForm(forms.Form):
    """What the log is cut to."""

    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=60)
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    object_type = forms.ChoiceField(label=gettext_lazy("Object"), required=False)
    object_key = forms.CharField(label=gettext_lazy("Number of the object"), required=False, max_length=120)
    from_date = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until_date = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    address = forms.GenericIPAddressField(label=gettext_lazy("From address"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        everything = ("", gettext_lazy("All"))
        verbs = sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda each: each[1])
        kinds = [(kind, kind_in_words(kind)) for kind in audit_log.kinds()]
        for name, choices in (("verb", verbs), ("object_type", kinds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = [everything, *choices]


class ExportForm(forms.Form):
    """A file of the log, and why."""

    format = forms.ChoiceField(label=gettext_lazy("As"), choices=[("xlsx", "Excel"), ("csv", "CSV")])
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Kept in the audit log, without numbers of persons."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def audit_page(request: HttpRequest) -> HttpResponse:
    """Who did what, when and from where, the newest first; sending the form takes what is shown as a file."""
    require(request.user, Act.SEE_AUDIT, on=timezone.localdate())
    if not isinstance(request.user, Account):
        raise Http404
    filters = FilterForm(request.GET)
    cut = {name: value for name, value in filters.cleaned_data.items() if value} if filters.is_valid() else {}
    which = audit_log.Which(**cut)
    export = ExportForm(request.POST if request.method == "POST" else None)
    if export.is_bound and export.is_valid():
        try:
            return _file(which, export, by=request.user)
        except ReasonMissing as refusal:
            export.add_error("reason", str(refusal))
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "filters": filters,
        "export": export,
        "found": audit_log.page(which, before=request.GET.get("before", "")),
        "query": query.urlencode(),
        "most": audit_log.ROWS_AN_EXPORT,
    }
    bad = bool(export.errors or filters.errors)
    return render(request, "people/manage/audit.html", context, status=422 if bad else 200)


def _file(which: audit_log.Which, form: ExportForm, *, by: Account) -> HttpResponse:
    lines, now = audit_log.exported(which), timezone.now()
    record_export(
        what="audit log", rows=len(lines), reason=form.cleaned_data["reason"], by=by, at=now, verb=which.verb
    )
    headings = [
        _("Time"), _("Person"), _("What"), _("Object"), _("Number of the object"), _("From address"), _("Details")
    ]  # fmt: skip
    rows = (
        [
            timezone.localtime(line.entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            line.who,
            line.what,
            line.kind,
            line.key,
            line.entry.address,
            "; ".join(f"{name}: {value}" for name, value in line.details),
        ]
        for line in lines
    )
    as_excel = form.cleaned_data["format"] == "xlsx"
    content = (
        tables.as_xlsx(headings, rows, name=_("Audit log")) if as_excel else tables.as_csv(headings, rows)
    )
    response = HttpResponse(content, content_type=tables.XLSX if as_excel else tables.CSV)
    name = f"audit-{timezone.localdate(now):%Y%m%d}.{form.cleaned_data['format']}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
