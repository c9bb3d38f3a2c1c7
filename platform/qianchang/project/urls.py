"""Every address of the site. Public pages have an English twin under /en/; desks and the API do not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from courses.catalogue import routing
from qianchang.people.notices import views as notices
from qianchang.project.api import api
from qianchang.project.health import healthz

# Wagtail brings sign-in pages of its own that count no wrong passwords. There is one door, and it does.
_to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/uploads/", include("media_pipeline.uploads.urls")),
    path("api/v1/", api.urls),
    path("media/", include("media_pipeline.delivery.urls")),
    path("i18n/setlang/", notices.set_language, name="set_language"),
    path("account/", include("qianchang.people.urls")),
    path("account/", include("allauth.urls")),
    path("", include("qianchang.people.privacy.urls")),
    path("office/erasures/", include("qianchang.people.privacy.urls_office")),
    path("ledger/", include("qianchang.groundwork.urls")),
    path("manage/", include("qianchang.people.urls_manage")),
    path("office/roster/", include("qianchang.people.urls_office")),
    path("office/queue/", include("media_pipeline.conductor.urls")),
    path("office/", include("programmes.quotas.urls")),
    path("cms/login/", _to_sign_in),
    path("cms/", include(wagtailadmin_urls)),
    path("", include("courses.certificates.urls")),
    path("", include("courses.credits.urls")),
    path("", include("courses.attendance.urls")),
    path("", include("courses.enrolment.urls")),
    path("", include("courses.catalogue.urls")),
]
urlpatterns += i18n_patterns(
    path("_util/login/", _to_sign_in),
    re_path(r"^(?P<index>[\w-]+)/(?P<slug>[\w-]+)/$", routing.serve),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
