"""The desk's address of a session notice."""

from django.urls import path

from courses.schedule import views

app_name = "schedule"

urlpatterns = [path("office/sessions/<str:code>/notice/", views.write, name="notice")]
