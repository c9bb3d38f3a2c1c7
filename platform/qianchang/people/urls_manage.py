"""Addresses under /manage/: what administrators look after."""

from django.urls import URLPattern, URLResolver, path

from qianchang.people import audit_views, facts_views, preview_views, second_factor_views, users_views
from qianchang.people.notices import views as notices

app_name = "manage"

urlpatterns: list[URLPattern | URLResolver] = [
    path("users/", users_views.accounts, name="users"),
    path("users/<int:pk>/", users_views.user, name="user"),
    path("preview/", preview_views.begin, name="preview"),
    path("preview/end/", preview_views.end, name="preview_end"),
    path("audit/", audit_views.audit_page, name="audit"),
    path("second-factor/", second_factor_views.requirements, name="second_factor"),
    path("facts/", facts_views.designations, name="designations"),
    path("facts/pairs/", facts_views.pairings, name="pairings"),
    path("mails/", notices.troubled_mails, name="mails"),
    path("mails/<int:pk>/again/", notices.send_again, name="send_again"),
]
