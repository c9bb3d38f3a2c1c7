"""Addresses of the expert's pages, the review desk and my learning. The catalogue itself is Wagtail's."""

from django.urls import path

from courses.catalogue import caption_views, processing_views, slide_views, views

app_name = "catalogue"

urlpatterns = [
    path("teach/", views.teach, name="teach"),
    path("teach/new/", views.teach_new, name="teach_new"),
    path("teach/<int:pk>/", views.teach_lecture, name="teach_lecture"),
    path("teach/<int:pk>/cancel/", processing_views.cancel, name="teach_cancel"),
    path("teach/<int:pk>/retry/", processing_views.retry, name="teach_retry"),
    path("teach/<int:pk>/slides/", slide_views.slides, name="teach_slides"),
    path("teach/<int:pk>/captions/", caption_views.captions, name="teach_captions"),
    path(
        "teach/<int:pk>/captions/<slug:language>.vtt", caption_views.captions_file, name="teach_captions_file"
    ),
    path("office/review/", views.review, name="review"),
    path("office/review/<int:pk>/", views.review_lecture, name="review_lecture"),
    path("my/", views.my_learning, name="my_learning"),
]
