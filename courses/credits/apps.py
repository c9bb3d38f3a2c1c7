from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate, pre_save


class CreditsConfig(AppConfig):
    """From evidence to hours (学时)."""

    name = "courses.credits"
    label = "credits"

    def ready(self) -> None:
        from courses.credits import privacy

        privacy.declare_holdings()

        from courses.attendance.registries import register_credit_office
        from courses.catalogue.cms import facts
        from courses.catalogue.models import LectureVersion
        from courses.catalogue.public.registries import register_year
        from courses.catalogue.registries import register_hours, register_progress, register_version_history
        from courses.credits import course_hours, office, queries, todo, version_wall
        from courses.enrolment.registries import register_credited_lectures
        from courses.schedule.registries import register_reach
        from qianchang.people.todo import register_groups

        register_groups("credits", todo.groups)
        register_credit_office(office.Office())
        register_progress(office.progress)
        register_hours(office.hours_preview)
        register_version_history(office.version_history)
        register_reach(queries.reach)
        facts.register_reach(queries.lawyers_with_hours)
        register_year(office.year_so_far)
        register_credited_lectures(course_hours.credited_lectures)
        # A version is frozen once anybody earned on it, and the catalogue cannot know who did.
        pre_save.connect(_keep_frozen, sender=LectureVersion, dispatch_uid="credits.keep_frozen")
        pre_migrate.connect(version_wall.take_down, sender=self, dispatch_uid="credits.version_wall_down")
        post_migrate.connect(version_wall.put_up, sender=self, dispatch_uid="credits.version_wall")


def _keep_frozen(instance: Any, **_: Any) -> None:
    from courses.credits.operations import refuse_change_of_frozen

    refuse_change_of_frozen(instance)
