"""Addresses of spot checks, under /office/."""

from django.urls import path

from programmes.spot_checks import views

app_name = "spot_checks"

urlpatterns = [
    path("spot-checks/", views.checks, name="checks"),
    path("spot-checks/new/", views.new, name="new"),
    path("spot-checks/draw.py", views.rule, name="rule"),
    path("spot-checks/<str:code>/", views.check, name="check"),
    path("spot-checks/<str:code>/draw/", views.draw, name="draw"),
    path("spot-checks/<str:code>/call-off/", views.call_off, name="call_off"),
    path("spot-checks/<str:code>/frame.csv", views.frame, name="frame"),
    path("spot-checks/<str:code>/findings.xlsx", views.findings, name="findings"),
    path("spot-checks/<str:code>/<int:rank>/", views.sampled, name="sampled"),
    path("spot-checks/<str:code>/<int:rank>/finding/", views.finding, name="finding"),
    path("spot-checks/<str:code>/<int:rank>/reply/", views.reply, name="reply"),
    path("spot-checks/<str:code>/<int:rank>/answer/", views.answer, name="answer"),
    path("spot-checks/<str:code>/<int:rank>/reverse/", views.reverse, name="reverse"),
    path("spot-checks/<str:code>/<int:rank>/photo/<int:pk>.jpg", views.photo, name="photo"),
]
