"""The desk's addresses of a session: its notice, and who signed up."""

from django.urls import path

from courses.schedule import views

app_name = "schedule"

urlpatterns = [
    path("office/sessions/<str:code>/notice/", views.write, name="notice"),
    path("office/sessions/<str:code>/sign-ups/", views.sign_ups, name="sign_ups"),
]
