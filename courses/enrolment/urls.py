"""Addresses of enrolment."""

from django.urls import path

from courses.enrolment import views

app_name = "enrolment"

urlpatterns = [
    path("lectures/<int:pk>/enrol/", views.enrol_in_lecture, name="enrol"),
    path("courses/<int:pk>/enrol/", views.enrol_in_course, name="enrol_course"),
]
