"""Users and roles: the list of accounts, one account, and what an administrator does there."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qianchang.people import operations, reauthentication, second_factor, users
from qianchang.people.models import Account, RoleGrant
from qianchang.people.permissions import Act, require
from qianchang.people.unmasking import ReasonMissing
from qianchang.people.users_forms import EndForm, GrantForm, OpenForm, ReasonForm, SearchForm

PAGE = 50
_REFUSALS = (
    users.UnableToChangeAccount,
    operations.UnableToGrantRole,
    operations.UnableToOpenAccount,
    second_factor.UnableToReset,
    ReasonMissing,
)


def administrator(request: HttpRequest) -> Account:
    """Return who asks, who may manage users. Raises PermissionDenied."""
    require(request.user, Act.MANAGE_USERS, on=timezone.localdate())
    if not isinstance(request.user, Account):
        raise Http404
    return request.user


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """The list of accounts, searched and cut; opening one for somebody who is on no roster."""
    by = administrator(request)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            opened = users.open_account(**form.cleaned_data, by=by, at=timezone.now())
        except _REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The account is open and the mail is on its way. Now grant a role."))
            return redirect("manage:user", opened.pk)
    search = SearchForm(request.GET)
    cut = search.cleaned_data if search.is_valid() else {"q": "", "which": ""}
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": Paginator(users.listed(words=cut["q"].strip(), which=cut["which"]), PAGE).get_page(
            request.GET.get("page")
        ),
        "search": search,
        "form": form,
        "query": query.urlencode(),
        "today": timezone.localdate(),
    }
    return render(request, "people/manage/users.html", context, status=422 if form.errors else 200)


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles from first to last, and granting, ending, closing, opening again, the second factor."""
    by = administrator(request)
    shown = users.person(pk, viewer=by)
    if shown is None:
        raise Http404
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms: dict[str, Form] = {
        "grant": GrantForm(request.POST if act == "grant" else None),
        "end": EndForm(request.POST if act == "end" else None),
        **{
            name: ReasonForm(request.POST if act == name else None, auto_id=f"{name}_%s")
            for name in ("close", "reopen", "reset")
        },
    }
    sent = forms.get(act)
    if sent is not None and sent.is_valid():
        try:
            said = _carry_out(act, sent, shown, request, by)
        except _REFUSALS as refusal:
            sent.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("manage:user", pk)
    context: dict[str, Any] = {
        "shown": shown,
        "forms": forms,
        "sent": sent,
        "ending": request.POST.get("grant", request.GET.get("end", "")),
        "today": timezone.localdate(),
    }
    return render(request, "people/manage/user.html", context, status=422 if sent else 200)


def _carry_out(act: str, form: Form, shown: users.Person, request: HttpRequest, by: Account) -> str:
    """Do what was asked and return the sentence that says so."""
    now, account = timezone.now(), shown.account
    if isinstance(form, GrantForm):
        form.carry_out(account, by=by, at=now)
        return _("Granted.")
    if isinstance(form, EndForm):
        grant = next((each for each in shown.grants if str(each.pk) == request.POST.get("grant")), None)
        if grant is None or not _can_end(grant):
            raise users.UnableToChangeAccount(_("Choose a role of this account that lasts."))
        users.end_grant(grant=grant, until=form.cleaned_data["until"], by=by, at=now)
        return _("Ended from that day on.")
    reason = form.cleaned_data["reason"]
    if act == "close":
        users.close_account(account=account, reason=reason, by=by, at=now)
        return _("The account is closed, and signed out everywhere.")
    if act == "reopen":
        users.reopen_account(account=account, reason=reason, by=by, at=now)
        return _("The account is open again.")
    second_factor.reset(account=account, reason=reason, by=by, at=now)
    return _("The second factor is gone. The next sign-in needs the password only.")


def _can_end(grant: RoleGrant) -> bool:
    return grant.valid_until is None or grant.valid_until > timezone.localdate()
