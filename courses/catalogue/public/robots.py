"""robots.txt: what search engines leave alone."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Desks, one's own pages, bytes, and the check of certificates, which is for whoever holds a paper.
CLOSED = ("account", "my", "teach", "office", "manage", "cms", "api", "media", "files", "verify", "ledger")
DAY = 24 * 3600


@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    """Say which parts of the site are not for search engines, and where the others are listed."""
    lines = ["User-agent: *", *(f"Disallow: /{part}/" for part in CLOSED)]
    lines.append(f"Sitemap: {settings.SITE_ROOT_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
