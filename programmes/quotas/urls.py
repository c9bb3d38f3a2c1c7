"""Addresses of the association desk, under /office/."""

from django.urls import path

from programmes.quotas import views

app_name = "quotas"

urlpatterns = [
    path("", views.todo, name="todo"),
    path("quota/<str:programme>/<int:year>/", views.board, name="board"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/new/", views.session_new, name="session_new"),
    path("sessions/<str:code>/", views.session, name="session"),
    path("sessions/<str:code>/hold/", views.session_hold, name="session_hold"),
    path("sessions/<str:code>/confirm/", views.session_confirm, name="session_confirm"),
    path("sessions/<str:code>/return/", views.session_return, name="session_return"),
    path("close/<str:programme>/<str:month>/", views.close_month, name="close_month"),
]
