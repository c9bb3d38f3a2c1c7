from django.urls import path

from courses.attendance import compat, pack_views, views

app_name = "attendance"
urlpatterns = [
    path("compat/", compat.compat, name="compat"),
    path("lectures/<int:pk>/presence/", views.presence, name="presence"),
    path("my/downloads/", pack_views.downloads, name="downloads"),
    path("my/downloads/kept/", pack_views.kept_list, name="kept_list"),
    path("my/downloads/play/", pack_views.player, name="pack_player"),
    # Where it stands is how far it reaches.
    path("my/downloads/worker.js", pack_views.worker, name="pack_worker"),
]
