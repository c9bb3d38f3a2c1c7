"""Addresses of one's own data, and of the page that tells everybody about it."""

from django.urls import path

from qianchang.people.privacy import views

app_name = "privacy"

urlpatterns = [
    path("privacy/", views.privacy, name="privacy"),
    path("account/data/", views.my_data, name="my_data"),
    path("account/data/export/", views.ask_for_export, name="export"),
    path("account/data/export/<uuid:public_id>/", views.fetch_export, name="fetch"),
    path("account/data/erase/", views.erase_me, name="erase_me"),
    path("account/consent/", views.consent, name="consent"),
]
