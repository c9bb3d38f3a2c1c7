"""The site's own addresses, and the floor: a view that knows who asks and does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from qianchang.project.urls import urlpatterns as _site


def empty(request: HttpRequest) -> HttpResponse:
    """Answer `{}` to whoever is signed in. It goes through the whole middleware and finds session and account."""
    status = 200 if request.user.is_authenticated else 401
    return HttpResponse("{}", content_type="application/json", status=status)


urlpatterns = [path("bench/empty/", empty), *_site]
