"""Addresses of 任务分配, under /manage/programmes/."""

from django.urls import path

from programmes.plans import manage_views

app_name = "targets"

urlpatterns = [
    path("", manage_views.programmes, name="programmes"),
    path("<int:pk>/", manage_views.target, name="target"),
    path("<int:pk>/dimensions/", manage_views.dimensions, name="dimensions"),
    path("<int:pk>/withdraw/", manage_views.withdraw, name="withdraw"),
]
