"""Addresses under /account/ that are not allauth's."""

from django.urls import path

from qianchang.people import activation_views, session_views, views
from qianchang.people.notices import views as notices

app_name = "people"

urlpatterns = [
    path("activate/", activation_views.activate, name="activate"),
    path("activate/code/", activation_views.activate_code, name="activate_code"),
    path("activate/slip/", activation_views.activate_slip, name="activate_slip"),
    # Before allauth's page of the same address, which calls browsers what they call themselves.
    path("sessions/", session_views.SessionList.as_view(), name="sessions"),
    path("settings/", views.preferences, name="settings"),
    path("messages/", notices.message_list, name="messages"),
    path("messages/read/", notices.read_all, name="messages_read"),
    path("messages/<int:pk>/", notices.message, name="message"),
    path("mails/", notices.choose_mails, name="choose_mails"),
    path("mails/<str:token>/", notices.mail_choice, name="mail_choice"),
]
