"""The way into the Wagtail admin: our permissions are asked at every address, and pages go out with a policy of their own.

Wagtail asks Django's groups, which `people/editing.py` sets; a role that runs out in the middle of a visit closes the
door here at once. Guests are left to Wagtail, which sends them to sign in.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from qianchang.people.permissions import Act, require

# Shows user names, and those of lawyers are their licence numbers.
CLOSED = {"wagtailadmin_reports:aging_pages", "wagtailadmin_reports:aging_pages_results"}
_View = Callable[..., HttpResponseBase]
_HEADER = "Content-Security-Policy"
# Wagtail's own templates have scripts and styles inside; everything else of the site's policy holds here too. Previews
# stand in a frame of the same page.
_INLINE = ("script-src", "style-src")
_FRAMES = {"frame-ancestors": "'self'", "frame-src": "'self'"}


def guarded(view: _View) -> _View:
    """Return a view of the admin that opens to editors and administrators only. Raises PermissionDenied, and
    Http404 for what nobody opens here.
    """

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            require(request.user, Act.EDIT_NEWS, on=timezone.localdate())
        if request.resolver_match is not None and request.resolver_match.view_name in CLOSED:
            raise Http404
        answer = view(request, *args, **kwargs)
        # A preview comes with the policy of the page that it shows, which lets nobody frame it.
        answer.headers[_HEADER] = policy(inline=_HEADER not in answer.headers)
        return answer

    return ask


def policy(*, inline: bool) -> str:
    """Return the content security policy of the admin; `inline`: for Wagtail's own pages, with their inline scripts.
    Pages of ours that are previewed keep theirs, but for styles, which the accessibility checker writes.
    """
    site: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[assignment]
    directives = {name: " ".join(str(each) for each in sources) for name, sources in site.items()} | _FRAMES
    for name in _INLINE if inline else ("style-src",):
        directives[name] += " 'unsafe-inline'"
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


urlpatterns = decorate_urlpatterns(wagtailadmin_urls.urlpatterns, guarded)
