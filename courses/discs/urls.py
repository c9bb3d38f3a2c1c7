"""Addresses of the discs."""

from django.urls import path

from courses.discs import making_views, paper_views, request_views, views

app_name = "discs"
urlpatterns = [
    path("my/discs/", request_views.my_discs, name="my"),
    path("my/discs/new/", request_views.ask, name="ask"),
    path("my/discs/answer/", paper_views.my_answer, name="my_answer"),
    path("my/discs/<int:pk>/withdraw/", request_views.withdraw, name="withdraw"),
    path("office/discs/", views.discs, name="board"),
    path("office/discs/new/", making_views.compose, name="compose"),
    path("office/discs/masters/", making_views.masters, name="masters"),
    path("office/discs/masters/<int:pk>/", making_views.master, name="master"),
    path("office/discs/dispatch/", views.dispatch, name="dispatch"),
    path("office/discs/labels/", paper_views.labels, name="labels"),
    path("office/discs/answer/", paper_views.office_answer, name="office_answer"),
    path("office/discs/requests/", request_views.requests, name="requests"),
    path("office/discs/requests/<int:pk>/", request_views.disc_request, name="request"),
    path("office/discs/requests/<int:pk>/decline/", request_views.decline, name="decline"),
    path("office/discs/SHA256SUMS.txt", views.sums, name="sums"),
    path("office/discs/<str:serial>/", views.disc, name="disc"),
    path("office/discs/<str:serial>/image/", views.image, name="image"),
    path("office/discs/<str:serial>/again/", views.again, name="again"),
    path("office/discs/<str:serial>/call-off/", views.call_off, name="call_off"),
    path("office/discs/<str:serial>/register/", views.register, name="register"),
    path("office/discs/<str:serial>/face.pdf", paper_views.face, name="face"),
    path("office/discs/<str:serial>/guide.pdf", paper_views.guide, name="guide"),
    path("office/discs/<str:serial>/<str:kind>/", views.step, name="step"),
]
