from django.urls import path

from courses.credits import views

app_name = "credits"
urlpatterns = [
    path("my/hours/", views.my_hours, name="my_hours"),
    path("my/hours/<int:pk>/", views.entry, name="entry"),
]
