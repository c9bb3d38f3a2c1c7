from django.urls import path

from qianchang.groundwork import views

app_name = "ledger"

urlpatterns = [
    path("heads/", views.heads_page, name="heads"),
    path("heads.json", views.heads_json, name="heads_json"),
    path("heads/<int:number>.txt", views.document, name="document"),
    path("heads/<int:number>.sig", views.signature, name="signature"),
    path("key.pem", views.key, name="key"),
]
