"""The page of messages (消息), which mails somebody wants, and what an administrator sees of mails that fail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language, ngettext
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qianchang.people.masks import masked_email
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import outbox, reading, wording
from qianchang.people.notices.forms import MailsForm
from qianchang.people.permissions import Act, require

A_PAGE = 20
MAILS_A_PAGE = 50


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


@login_required
@require_safe
@never_cache
def message_list(request: HttpRequest) -> HttpResponse:
    """消息: everything that one was told, latest first."""
    page = Paginator(reading.notices_of(_account(request)), A_PAGE).get_page(request.GET.get("page"))
    lines = [{"notice": notice, "said": wording.said(notice)} for notice in page]
    return render(request, "people/messages.html", {"page": page, "lines": lines})


@login_required
@require_safe
@never_cache
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message. Opening it is reading it."""
    notice = _own_notice(request, pk)
    reading.note_read(notice=notice, at=timezone.now())
    return render(request, "people/message.html", {"notice": notice, "said": wording.said(notice)})


def _own_notice(request: HttpRequest, pk: int) -> Notice:
    try:
        return reading.notice_of(_account(request), pk)
    except reading.NoticeUnknown as error:
        raise Http404 from error


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every message as read."""
    many = reading.note_all_read(account=_account(request), at=timezone.now())
    messages.success(
        request,
        ngettext("%(count)d message marked as read.", "%(count)d messages marked as read.", many)
        % {"count": many},
    )
    return redirect("people:messages")


@login_required
@require_POST
def choose_mails(request: HttpRequest) -> HttpResponse:
    """通知方式: which mails one gets; the form stands on the page of settings."""
    account, form = _account(request), MailsForm(request.POST)
    if form.is_valid():
        reading.choose_mails(account=account, mails=form.cleaned_data["mails"], by=account, at=timezone.now())
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose one of the three, so that we know which mails you want."))
    return redirect(reverse("people:settings") + "#mails-title")


@csrf_exempt  # Mail programs post here by themselves (RFC 8058). The signed word in the address is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choice(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the foot of a mail: fewer mails or none, without signing in."""
    read = wording.read_token(token)
    account = Account.objects.filter(pk=read[0], is_active=True).first() if read else None
    if read is None or account is None or read[1] not in Account.Mails:
        return render(request, "people/mail_choice.html", {"known": False}, status=404)
    form = MailsForm(initial={"mails": read[1]})
    saved = False
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        form = MailsForm({"mails": read[1]} if one_click else request.POST)
        if form.is_valid():
            reading.choose_mails(
                account=account, mails=form.cleaned_data["mails"], by=None, at=timezone.now()
            )
            saved = True
    context: dict[str, Any] = {"known": True, "form": form, "saved": saved, "token": token}
    context["choice"] = Account.Mails(account.mails).label
    return render(request, "people/mail_choice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own switch of languages, which the mails of an account follow."""
    language = request.POST.get("language", "")
    if request.method == "POST" and isinstance(request.user, Account) and check_for_language(language):
        reading.keep_language(account=request.user, language=language)
    response: HttpResponse = i18n.set_language(request)
    return response


# --- Administration -----------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def troubled_mails(request: HttpRequest) -> HttpResponse:
    """Mails that did not arrive: to whom, what the mail server said, and when they are tried again."""
    require(_account(request), Act.MANAGE_USERS, on=timezone.localdate())
    page = Paginator(reading.troubled_mails(), MAILS_A_PAGE).get_page(request.GET.get("page"))
    lines = [{"mail": mail, "address": masked_email(mail.address)} for mail in page]
    return render(request, "people/manage/mails.html", {"page": page, "lines": lines})


@login_required
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """再试: send a mail again that was given up."""
    account = _account(request)
    require(account, Act.MANAGE_USERS, on=timezone.localdate())
    outbox.try_again(mail=get_object_or_404(Mail, pk=pk), by=account, at=timezone.now())
    messages.success(request, _("The mail is sent again within a few minutes."))
    return HttpResponseRedirect(reverse("manage:mails"))
