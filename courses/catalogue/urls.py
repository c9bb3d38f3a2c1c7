"""Addresses of the expert's pages, the review desk and my learning. The catalogue itself is Wagtail's."""

from django.urls import path

from courses.catalogue import caption_views, processing_views, review_views, slide_views, version_views, views

app_name = "catalogue"

urlpatterns = [
    path("teach/", views.teach, name="teach"),
    path("teach/new/", views.teach_new, name="teach_new"),
    path("teach/<int:pk>/", views.teach_lecture, name="teach_lecture"),
    path("teach/<int:pk>/cancel/", processing_views.cancel, name="teach_cancel"),
    path("teach/<int:pk>/retry/", processing_views.retry, name="teach_retry"),
    path("teach/<int:pk>/step/", views.teach_step, name="teach_step"),
    path("teach/<int:pk>/versions/", version_views.versions_page, name="versions"),
    path("teach/<int:pk>/slides/", slide_views.slides, name="teach_slides"),
    path("teach/<int:pk>/captions/", caption_views.captions, name="teach_captions"),
    path(
        "teach/<int:pk>/captions/<slug:language>.vtt", caption_views.captions_file, name="teach_captions_file"
    ),
    path("office/review/", review_views.review, name="review"),
    path("office/review/<int:pk>/", review_views.review_lecture, name="review_lecture"),
    path("office/review/<int:pk>/version/", version_views.review_version, name="review_version"),
    path("office/review/<int:pk>/consent/<int:consent>/", review_views.consent_scan, name="consent_scan"),
    path("my/", views.my_learning, name="my_learning"),
]
