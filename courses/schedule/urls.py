"""The desk's addresses of a session: its notice, who signed up, and its evidence."""

from django.urls import path

from courses.schedule import evidence_views, views

app_name = "schedule"

urlpatterns = [
    path("office/sessions/<str:code>/notice/", views.write, name="notice"),
    path("office/sessions/<str:code>/sign-ups/", views.sign_ups, name="sign_ups"),
    path("office/sessions/<str:code>/evidence/", evidence_views.evidence_page, name="evidence"),
    path(
        "office/sessions/<str:code>/evidence/<int:piece>/", evidence_views.evidence_file, name="evidence_file"
    ),
]
