"""Certificates at the association's desk: the list, one, and its revocation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.certificates import operations, queries, rules
from courses.certificates.forms import RevokeForm, SearchForm
from courses.credits.queries import NoCreditRule
from qianchang.people import reauthentication
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require
from qianchang.people.walls import as_platform

PAGE = 30
# Certificates are cut to those that the association issued, and lawyers move on to other rosters.
MOVED = "the lawyer of a certificate may stand on another roster by now"


@login_required
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates of one's association, latest first."""
    account = _officer(request)
    form = SearchForm(request.GET)
    search = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.certificates_seen_by(account, search=search, at=timezone.now())
    with as_platform(MOVED):
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        statements = queries.statements(list(page))
    context = {
        "statements": statements,
        "page": page,
        "search": search,
        "query": urlencode({"q": search}),
    }
    return render(request, "courses/certificates/certificates.html", context)


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate; an officer revokes it with a reason, or issues it anew after that."""
    account, at = _officer(request), timezone.now()
    meant = rules.read_number(number) or ""
    with as_platform(MOVED):
        found = queries.certificates_seen_by(account, at=at).filter(number=meant).first()
    if found is None:
        raise Http404
    anew = request.POST.get("do") == "issue"
    form = RevokeForm(request.POST if request.method == "POST" and not anew else None)
    if request.method == "POST" and anew:
        try:
            made = operations.issue_certificate(lawyer=found.lawyer, year=found.year, by=account, at=at)
        except operations.UnableToIssue as refusal:
            messages.error(request, str(refusal))
            return redirect("certificates:certificate", number)
        except queries.CertificateUnknown:
            messages.error(
                request,
                _("This lawyer belongs to another association now. Only that one issues certificates."),
            )
            return redirect("certificates:certificate", number)
        except NoCreditRule as error:
            raise Http404 from error
        messages.success(request, _("Certificate %(number)s was issued.") % {"number": made.number})
        return redirect("certificates:certificate", made.number)
    if request.method == "POST" and form.is_valid():
        try:
            operations.revoke_certificate(
                certificate=found, reason=form.cleaned_data["reason"], by=account, at=at
            )
        except operations.UnableToRevoke as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Revoked. Whoever checks the number is told so from now on."))
            return redirect("certificates:certificate", number)
    context = {"statement": queries.statements([found])[0], "form": form}
    return render(request, "courses/certificates/certificate.html", context)


def _officer(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    require(request.user, Act.REVOKE_CERTIFICATE, on=timezone.localdate())
    return request.user
