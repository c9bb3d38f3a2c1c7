from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_save


class CreditsConfig(AppConfig):
    """From evidence to hours (学时)."""

    name = "courses.credits"
    label = "credits"

    def ready(self) -> None:
        from courses.credits import privacy

        privacy.declare_holdings()

        from courses.attendance.registries import register_credit_office
        from courses.catalogue.models import LectureVersion
        from courses.catalogue.registries import register_hours, register_progress
        from courses.credits import course_hours, office, queries, todo
        from courses.enrolment.registries import register_credited_lectures
        from courses.schedule.registries import register_reach
        from qianchang.people.todo import register_groups

        register_groups("credits", todo.groups)
        register_credit_office(office.Office())
        register_progress(office.progress)
        register_hours(office.hours_preview)
        register_reach(queries.reach)
        register_credited_lectures(course_hours.credited_lectures)
        # A version is frozen once anybody earned on it, and the catalogue cannot know who did.
        pre_save.connect(_keep_frozen, sender=LectureVersion, dispatch_uid="credits.keep_frozen")


def _keep_frozen(instance: Any, **_: Any) -> None:
    from courses.credits.operations import refuse_change_of_frozen

    refuse_change_of_frozen(instance)
