"""Session notices, for everybody. They have an English twin each."""

from django.urls import path

from courses.schedule import views

app_name = "sessions"

urlpatterns = [
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/calendar.ics", views.calendar, name="calendar"),
    path("sessions/<str:code>/", views.session, name="session"),
    path("sessions/<str:code>/sign-up/", views.sign_up, name="sign_up"),
    path("sessions/<str:code>/calendar.ics", views.session_calendar, name="session_calendar"),
]
