"""Addresses of the registers, under /office/."""

from django.urls import path

from programmes.placements import donation_views, register_views, trainee_views

app_name = "placements"

urlpatterns = [
    path("registers/trainees/", trainee_views.trainee_list, name="trainees"),
    path("registers/trainees/file/", trainee_views.trainee_file, name="trainees_file"),
    path("registers/trainees/new/", trainee_views.trainee_new, name="trainee_new"),
    path("registers/trainees/places/", trainee_views.places, name="places"),
    path("registers/trainees/<int:pk>/", trainee_views.trainee, name="trainee"),
    path("registers/trainees/<int:pk>/accept/", trainee_views.trainee_accept, name="trainee_accept"),
    path("registers/trainees/<int:pk>/refuse/", trainee_views.trainee_refuse, name="trainee_refuse"),
    path("registers/trainees/<int:pk>/withdraw/", trainee_views.trainee_withdraw, name="trainee_withdraw"),
    path("registers/trainees/<int:pk>/days/", trainee_views.trainee_days, name="trainee_days"),
    path("registers/trainees/<int:pk>/days/strike/", trainee_views.trainee_strike, name="trainee_strike"),
    path("registers/trainees/<int:pk>/finish/", trainee_views.trainee_finish, name="trainee_finish"),
    path("registers/trainees/<int:pk>/reopen/", trainee_views.trainee_reopen, name="trainee_reopen"),
    path("registers/trainees/<int:pk>/stipend/", trainee_views.trainee_pay, name="trainee_pay"),
    path(
        "registers/trainees/<int:pk>/stipend/back/", trainee_views.trainee_take_back, name="trainee_take_back"
    ),
    path("registers/donations/", donation_views.donation_list, name="donations"),
    path("registers/donations/file/", donation_views.donation_file, name="donations_file"),
    path("registers/donations/new/", donation_views.donation_new, name="donation_new"),
    path("registers/donations/<int:pk>/", donation_views.donation, name="donation"),
    path("registers/donations/<int:pk>/deliver/", donation_views.donation_deliver, name="donation_deliver"),
    path("registers/donations/<int:pk>/verify/", donation_views.donation_verify, name="donation_verify"),
    path(
        "registers/donations/<int:pk>/withdraw/", donation_views.donation_withdraw, name="donation_withdraw"
    ),
    path("registers/donations/<int:pk>/reverse/", donation_views.donation_reverse, name="donation_reverse"),
    path("registers/pool/", register_views.pool_list, name="pool"),
    path("registers/pool/file/", register_views.pool_file, name="pool_file"),
    path("registers/pool/<int:pk>/leave/", register_views.pool_leave, name="pool_leave"),
    path("registers/pairs/", register_views.pair_list, name="pairs"),
    path("registers/pairs/<int:pk>/end/", register_views.pair_end, name="pair_end"),
    path("registers/classes/", register_views.class_list, name="classes"),
    path("registers/classes/file/", register_views.class_file, name="classes_file"),
    path("registers/classes/new/", register_views.class_new, name="class_new"),
    path("registers/classes/<int:pk>/", register_views.county_class, name="class"),
    path("registers/classes/<int:pk>/count/", register_views.class_count, name="class_count"),
]
