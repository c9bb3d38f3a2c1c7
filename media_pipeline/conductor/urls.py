"""Addresses of the processing queue, under /office/queue/."""

from django.urls import path

from media_pipeline.conductor import views

app_name = "queue"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/sooner/", views.sooner, name="sooner"),
    path("recordings/<uuid:public_id>/retry/", views.retry, name="retry"),
    path("recordings/<uuid:public_id>/cancel/", views.cancel, name="cancel"),
    path("recordings/<uuid:public_id>/again/", views.again, name="again"),
    path("recordings/<uuid:public_id>/drop/", views.drop, name="drop"),
]
