"""Beginning and ending a preview of a role."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from qianchang.people import preview
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require
from qianchang.people.users_forms import GrantForm


class PreviewForm(GrantForm):
    """Which role to look at."""

    field_order = ("role", "association", "county")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["valid_from"], self.fields["valid_until"]
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - for the type checker
        role.choices = [(each.value, each.label) for each in preview.ROLES]
        self.fields["association"].help_text = _("Its code or its name, such as CN-GX.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Choose a role and look at the site as it does."""
    require(request.user, Act.PREVIEW_ROLE, on=timezone.localdate())
    if not isinstance(request.user, Account):
        raise Http404
    form = PreviewForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            begun = preview.begin(
                role=typed["role"],
                association=typed["association"],
                county=typed["county"],
                by=request.user,
                at=timezone.now(),
            )
        except preview.UnableToPreview as refusal:
            form.add_error(None, str(refusal))
        else:
            preview.keep(request, begun)
            response = redirect("/")
            response.set_cookie(
                preview.COOKIE, "1", samesite="Lax", secure=request.is_secure(), httponly=True
            )
            return response
    return render(request, "people/manage/preview.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Be oneself again. Pressing it twice changes nothing."""
    seen = preview.of(request)
    if seen is not None and isinstance(request.user, Account):
        preview.end(seen, by=request.user, at=timezone.now())
    preview.keep(request, None)
    response = redirect("manage:preview")
    response.delete_cookie(preview.COOKIE, samesite="Lax")
    return response
