"""Every address of the site. Public pages have an English twin under /en/; desks and the API do not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.documents import urls as wagtaildocs_urls

from courses.catalogue import routing
from courses.catalogue.cms import doors
from courses.catalogue.public import pictures, robots
from courses.catalogue.public.sitemaps import SECTIONS as CATALOGUE
from courses.schedule.sitemaps import SECTIONS as SESSIONS
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
    path("manage/programmes/", include("programmes.plans.urls_manage")),
    path("manage/", include("qianchang.people.urls_manage")),
    path("office/roster/", include("qianchang.people.urls_office")),
    path("office/queue/", include("media_pipeline.conductor.urls")),
    path("office/", include("programmes.plans.urls")),
    path("office/", include("programmes.placements.urls")),
    path("office/", include("programmes.reports.urls")),
    path("office/", include("programmes.spot_checks.urls")),
    path("office/", include("programmes.quotas.urls")),
    path("cms/login/", _to_sign_in),
    path("cms/", include(doors.urlpatterns)),
    path("", include("courses.certificates.urls")),
    path("", include("courses.offline.urls")),
    path("", include("courses.sheets.urls")),
    path("", include("courses.discs.urls")),
    path("", include("courses.credits.urls")),
    path("", include("courses.attendance.urls")),
    path("", include("courses.enrolment.urls")),
    path("", include("courses.catalogue.urls")),
    path("", include("courses.schedule.urls")),
    path("documents/", include(wagtaildocs_urls)),
    re_path(
        r"^files/images/(?P<name>[\w.-]+\.(?:webp|jpe?g|png|gif))$", pictures.rendition, name="rendition"
    ),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": {**CATALOGUE, **SESSIONS}}, name="sitemap"),
]
urlpatterns += i18n_patterns(
    path("_util/login/", _to_sign_in),
    path("", include("courses.catalogue.public.urls")),
    path("", include("courses.schedule.public_urls")),
    re_path(r"^(?P<index>[\w-]+)/(?P<slug>[\w-]+)/$", routing.serve, name="page_below"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
