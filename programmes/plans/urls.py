"""Addresses of plans and targets, under /office/."""

from django.urls import path

from programmes.plans import views

app_name = "plans"

urlpatterns = [
    path("plan/target/<int:pk>/", views.target, name="target"),
    path("plan/target/<int:pk>/terms/", views.terms, name="terms"),
    path("plan/target/<int:pk>/attach/", views.attach, name="attach"),
    path("plan/target/<int:pk>/documents/<int:number>/", views.document, name="document"),
    path("plan/<str:programme>/", views.plan, name="plan"),
    path("plan/<str:programme>/propose/", views.propose, name="propose"),
    path("plan/<str:programme>/cells/", views.cells, name="cells"),
    path("plan/<str:programme>/adopt/", views.adopt, name="adopt"),
]
