"""Certificates: one's own, their paper, and the public page that checks a number."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.certificates import badges, operations, pdf, queries, rules
from courses.certificates.forms import NumberForm
from courses.certificates.models import Certificate
from courses.credits import queries as credits
from qianchang.groundwork import signing
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of

YEARS = range(2000, 2101)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def year(request: HttpRequest, year: int) -> HttpResponse:
    """One's own certificates of an accounting year, and the button that issues one."""
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None or not isinstance(request.user, Account):
        raise PermissionDenied
    at = timezone.now()
    if year not in YEARS:
        raise Http404
    try:
        if request.method == "POST":
            made = operations.issue_certificate(lawyer=lawyer, year=year, by=request.user, at=at)
            messages.success(
                request, _("Certificate %(number)s is ready to print.") % {"number": made.number}
            )
            return redirect("certificates:year", year)
        found = credits.year_of(lawyer, year=year, at=at)
    except operations.UnableToIssue as refusal:
        messages.error(request, str(refusal))
        return redirect("certificates:year", year)
    except credits.NoCreditRule as error:
        raise Http404 from error
    context = {
        "year": found,
        "statements": queries.certificates_of(lawyer, year),
        "has_badges": bool(settings.LEDGER_KEY),
        "has_hours": any(entry.hours > 0 and not credits.is_reversed(entry) for entry in found.entries),
    }
    return render(request, "courses/certificates/year.html", context)


@login_required
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF of a certificate, for its lawyer and the officers who may revoke it."""
    found = _usable(request, number)
    if isinstance(found, HttpResponse):
        return found
    answer = HttpResponse(pdf.paper_of(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """The signed credential of a certificate, for the same people. There is none where the site signs nothing."""
    found = _usable(request, number)
    if isinstance(found, HttpResponse):
        return found
    try:
        credential = badges.badge_of(found)
    except signing.NoLedgerKey as error:
        raise Http404 from error
    answer = HttpResponse(credential, content_type=badges.MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.jwt"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _usable(request: HttpRequest, number: str) -> Certificate | HttpResponse:
    """Return a certificate that may be handed out to the one who asks, or the answer that says why not."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    if _too_often(request, "certificate_paper", request.user):
        return render(request, "429.html", status=429)
    try:
        found = queries.certificate_for(request.user, number, at=timezone.now())
    except queries.CertificateUnknown as error:
        raise Http404 from error
    if queries.statements([found])[0].is_usable:
        return found
    messages.error(request, _("This certificate does not hold any more, so it is not printed again."))
    return redirect("certificates:verify", found.number)


@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a number is typed. Open to everybody."""
    form = NumberForm(request.GET)
    typed = form.cleaned_data["number"].strip() if form.is_valid() else ""
    if typed:
        # A path of its own for each number, as the QR code has it; what cannot be a number is told at once.
        return redirect("certificates:verify", rules.read_number(typed) or "0")
    return _unlisted(render(request, "courses/certificates/verify.html", {"asks": True}))


@never_cache
@require_safe
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """What anybody is told of a number: valid, changed since, revoked, or unknown. Rate-limited by address."""
    if _too_often(request, "verify"):
        return _unlisted(render(request, "429.html", status=429))
    try:
        statement = queries.statement_of(number)
    except queries.CertificateUnknown:
        typed = {"typed": "" if number == "0" else number[:60]}
        return _unlisted(render(request, "courses/certificates/verify.html", typed, status=404))
    return _unlisted(render(request, "courses/certificates/verify.html", {"statement": statement}))


def _too_often(request: HttpRequest, action: str, account: Account | None = None) -> bool:
    """Count a look-up. allauth's public function counts no GET, so this asks the one below it."""
    used = ratelimit.consume(request, app="allauth.account", action=action, user=account, limit_get=True)
    return used is None


def _unlisted(answer: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines: there is no list of certificates anywhere."""
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
