"""Addresses of a door and of a telephone conference. They stand in the space of the sheets (courses/sheets/urls.py)."""

from django.urls import path

from courses.sheets.door import conference_views, office_views, views

urlpatterns = [
    path("in/<str:token>/", views.arrive, name="arrive"),
    path("office/sheets/<int:sheet>/door/", office_views.door, name="door"),
    path("office/sheets/<int:sheet>/door/print/", office_views.door_print, name="door_print"),
    path("office/sheets/<int:sheet>/door/list/", office_views.door_list, name="door_list"),
    path("office/sheets/of/<str:code>/", conference_views.rooms, name="rooms"),
    path("office/sheets/codes/<str:code>/", conference_views.codes, name="host_codes"),
]
