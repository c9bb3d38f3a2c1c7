from django.urls import path

from courses.credits import appeal_views, office_views, views

app_name = "credits"
urlpatterns = [
    path("my/hours/", views.my_hours, name="my_hours"),
    path("my/hours/rules/", views.rules_page, name="rules"),
    path("my/hours/<int:pk>/", views.entry, name="entry"),
    path("my/appeals/", appeal_views.my_appeals, name="my_appeals"),
    path("my/appeals/new/", appeal_views.new_appeal, name="new_appeal"),
    path("my/appeals/<int:pk>/", appeal_views.my_appeal, name="my_appeal"),
    path("my/appeals/<int:pk>/photo.jpg", appeal_views.photo, name="appeal_photo"),
    path("office/corrections/", office_views.corrections_list, name="corrections"),
    path("office/corrections/new/", office_views.correction_new, name="correction_new"),
    path("office/corrections/<int:pk>/", office_views.correction, name="correction"),
    path("office/appeals/", office_views.appeals_list, name="appeals"),
    path("office/appeals/<int:pk>/", office_views.appeal, name="appeal"),
]
