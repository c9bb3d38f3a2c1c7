from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """Who may take what: releases and enrolments."""

    name = "courses.enrolment"
    label = "enrolment"

    def ready(self) -> None:
        from courses.enrolment import privacy

        privacy.declare_holdings()

        from courses.catalogue import registries
        from courses.catalogue.cms import facts
        from courses.enrolment import access, desk, editors_view, queries, reach
        from media_pipeline import api as media

        registries.register_enrolment_desk(desk.Desk())
        registries.register_visibility(reach.visible_to)
        registries.register_learners(queries.learners)
        facts.register_releases(editors_view.open_in_words)
        media.register_access_policy(access.may_play_recording)
