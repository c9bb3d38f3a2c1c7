from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """Who may take what: releases and enrolments."""

    name = "courses.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from courses.enrolment import privacy

        privacy.declare_holdings()

        from courses.catalogue import registries
        from courses.enrolment import access, desk
        from media_pipeline import api as media

        registries.register_enrolment_desk(desk.Desk())
        media.register_access_policy(access.may_play_recording)
