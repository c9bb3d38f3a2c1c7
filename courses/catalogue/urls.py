"""Addresses of the expert's pages, the review desk and my learning. The catalogue itself is Wagtail's."""

from django.urls import path

from courses.catalogue import views

app_name = "catalogue"

urlpatterns = [
    path("teach/", views.teach, name="teach"),
    path("teach/new/", views.teach_new, name="teach_new"),
    path("teach/<int:pk>/", views.teach_lecture, name="teach_lecture"),
    path("office/review/", views.review, name="review"),
    path("office/review/<int:pk>/", views.review_lecture, name="review_lecture"),
    path("my/", views.my_learning, name="my_learning"),
]
