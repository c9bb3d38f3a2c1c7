from django.urls import path

from courses.certificates import office_views, views

app_name = "certificates"
urlpatterns = [
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:number>/", views.verify, name="verify"),
    path("my/hours/<int:year>/certificate/", views.year, name="year"),
    path("my/certificates/<str:number>.pdf", views.paper, name="paper"),
    path("my/certificates/<str:number>.jwt", views.badge, name="badge"),
    path("office/certificates/", office_views.certificates, name="certificates"),
    path("office/certificates/<str:number>/", office_views.certificate, name="certificate"),
]
