from django.urls import path

from courses.attendance import views

app_name = "attendance"
urlpatterns = [path("lectures/<int:pk>/presence/", views.presence, name="presence")]
