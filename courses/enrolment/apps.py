from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """Who may take what: releases and enrolments."""

    name = "courses.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from courses.catalogue import registries
        from courses.enrolment import desk

        registries.register_enrolment_desk(desk.Desk())
