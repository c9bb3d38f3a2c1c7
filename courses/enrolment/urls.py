"""Addresses of enrolment: the lawyer's presses, and the classes at the association's desk."""

from django.urls import path

from courses.enrolment import list_views, office_views, release_views, views

app_name = "enrolment"

urlpatterns = [
    path("lectures/<int:pk>/enrol/", views.enrol_in_lecture, name="enrol"),
    path("courses/<int:pk>/enrol/", views.enrol_in_course, name="enrol_course"),
    path("my/classes/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("office/courses/", office_views.classes, name="classes"),
    path("office/courses/new/", office_views.class_new, name="class_new"),
    path("office/courses/<int:pk>/", office_views.one_class, name="class"),
    path("office/courses/<int:pk>/change/", office_views.class_change, name="class_change"),
    path("office/courses/<int:pk>/list/", list_views.enrol_by_list, name="class_list"),
    path("office/courses/<int:pk>/lawyers/<int:enrolment>/", office_views.place, name="place"),
    path("office/review/<int:pk>/release/", release_views.releases, name="releases"),
    path("office/review/<int:pk>/release/<int:release>/end/", release_views.release_end, name="release_end"),
    path("office/collections/", release_views.collections, name="collections"),
    path("office/collections/<int:pk>/", release_views.collection, name="collection"),
    path("office/collections/<int:pk>/close/", release_views.collection_close, name="collection_close"),
]
