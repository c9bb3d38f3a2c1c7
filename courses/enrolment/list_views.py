"""Filling a class from a named list: every line is answered, then confirmed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from courses.enrolment import batches, named_lists, spreadsheets, wording
from courses.enrolment.forms import ConfirmForm, ListForm
from courses.enrolment.models import CourseRun
from courses.enrolment.office_views import arranger, class_for
from courses.enrolment.rules import Answer
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_by_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a list, answer each of its lines, and carry out what was answered."""
    account = arranger(request)
    run = class_for(account, pk)
    require(account, Act.ENROL_LAWYERS, on=timezone.localdate(), association=run.association)
    if request.method == "POST" and request.POST.get("do") in ("again", "confirm"):
        return _answered(request, run, account, confirm=request.POST["do"] == "confirm")
    form = ListForm(
        request.POST if request.method == "POST" else None, request.FILES or None, label_suffix=""
    )
    if request.method == "POST" and form.is_valid():
        try:
            sent = form.cleaned_data["file"]
            names = spreadsheets.text_of(sent) if sent else form.cleaned_data["names"]
            return _show(request, run, account, names=names)
        except (spreadsheets.Unreadable, batches.UnableToFill) as refusal:
            form.add_error(None, str(refusal))
        except named_lists.ListTooLong:
            form.add_error(None, _too_long())
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "courses/enrolment/list.html", {"form": form, "run": run}, status=status)


def _answered(request: HttpRequest, run: CourseRun, account: Account, *, confirm: bool) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The list did not arrive whole. Send it again."))
        return redirect("enrolment:class_list", run.pk)
    asked = form.cleaned_data
    try:
        if not confirm:
            return _show(request, run, account, names=asked["names"], asked=asked)
        answers = batches.enrol_list(
            run=run,
            entries=named_lists.entries_of(asked["names"]),
            excepted=asked["excepted"],
            reason=asked["reason"],
            seen=asked["seen"],
            by=account,
            at=timezone.now(),
        )
    except batches.AnswersChanged:
        return _show(request, run, account, names=asked["names"], asked=asked, changed=True)
    except batches.UnableToFill as refusal:
        messages.error(request, str(refusal))
        return redirect("enrolment:class_list", run.pk)
    except named_lists.ListTooLong:
        messages.error(request, _too_long())
        return redirect("enrolment:class_list", run.pk)
    messages.success(
        request,
        _("%(enrolled)d enrolled, %(waiting)d on the waiting list.")
        % {"enrolled": answers.count(Answer.ENROLS), "waiting": answers.count(Answer.WAITS)},
    )
    return redirect("enrolment:class", run.pk)


def _show(
    request: HttpRequest,
    run: CourseRun,
    account: Account,
    *,
    names: str,
    asked: dict[str, object] | None = None,
    changed: bool = False,
) -> HttpResponse:
    """The answers to a list, with what confirms them; `changed`: they are not those that were confirmed."""
    excepted = (asked or {}).get("excepted", [])
    answers = batches.answers_to(
        run=run,
        entries=named_lists.entries_of(names),
        excepted=excepted if isinstance(excepted, list) else [],
        by=account,
        at=timezone.now(),
    )
    if changed and not answers.changes and answers.count(Answer.STANDS):
        # Most often the same press a second time, on a line that lost the answer to the first.
        messages.info(request, _("Everybody on this list who can be enrolled is in the class already."))
    elif changed:
        messages.warning(
            request,
            _("Something has changed since you looked, so nothing was done. These are the answers now."),
        )
    reason = str((asked or {}).get("reason", "")).strip()
    excepts = any(line.excepted for line in answers.lines)
    context = {
        "run": run,
        "answers": answers,
        "names": names,
        "reason": reason,
        "reason_missing": excepts and not reason,
        "may_except": excepts or answers.count(Answer.OUTSIDE) > 0,
        "counts": [
            (wording.ANSWERS[answer], wording.ANSWER_COLOURS[answer], answers.count(answer))
            for answer in Answer
            if answers.count(answer)
        ],
        "button": _button(answers),
        "lines": [(line, wording.ANSWER_COLOURS[line.answer]) for line in answers.lines],
    }
    return render(request, "courses/enrolment/list_answers.html", context, status=409 if changed else 200)


def _button(answers: batches.Answers) -> str:
    """What confirming does, with its numbers."""
    enrolled, waiting = answers.count(Answer.ENROLS), answers.count(Answer.WAITS)
    if enrolled and waiting:
        return _("Enrol %(enrolled)d, let %(waiting)d wait") % {"enrolled": enrolled, "waiting": waiting}
    if waiting:
        return ngettext("Let %(waiting)d wait", "Let %(waiting)d wait", waiting) % {"waiting": waiting}
    return ngettext("Enrol %(enrolled)d lawyer", "Enrol %(enrolled)d lawyers", enrolled) % {
        "enrolled": enrolled
    }


def _too_long() -> str:
    return _("A list names at most %(most)d lawyers. Send it in parts.") % {"most": named_lists.MOST_ENTRIES}
