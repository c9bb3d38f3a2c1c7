"""Addresses of the association desk, under /office/."""

from django.urls import path

from programmes.quotas import national_views, reversal_views, session_views, views

app_name = "quotas"

urlpatterns = [
    path("", views.todo, name="todo"),
    path("quota/<str:programme>/<int:year>/", views.board, name="board"),
    path("quota/<str:programme>/<int:year>/ask/", views.ask_evidence, name="ask_evidence"),
    path("national/", national_views.comparison, name="national"),
    path("national/remind/<str:code>/", national_views.remind, name="national_remind"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/new/", session_views.session_new, name="session_new"),
    path("sessions/tours/", session_views.tours, name="tours"),
    path("sessions/tours/<int:pk>/", session_views.tour, name="tour"),
    path("sessions/<str:code>/", session_views.session, name="session"),
    path("sessions/<str:code>/bind/", session_views.session_bind, name="session_bind"),
    path("sessions/<str:code>/cancel/", session_views.session_cancel, name="session_cancel"),
    path("sessions/<str:code>/hold/", views.session_hold, name="session_hold"),
    path("sessions/<str:code>/confirm/", views.session_confirm, name="session_confirm"),
    path("sessions/<str:code>/return/", views.session_return, name="session_return"),
    path("reversals/", reversal_views.reversal_list, name="reversals"),
    path("reversals/new/<str:code>/", reversal_views.reversal_new, name="reversal_new"),
    path("reversals/<int:pk>/", reversal_views.reversal, name="reversal"),
    path("reversals/<int:pk>/approve/", reversal_views.reversal_approve, name="reversal_approve"),
    path("reversals/<int:pk>/refuse/", reversal_views.reversal_refuse, name="reversal_refuse"),
    path("close/<str:programme>/<str:month>/", views.close_month, name="close_month"),
]
