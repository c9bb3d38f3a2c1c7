from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Training sessions (场), planned and held."""

    name = "courses.schedule"
    label = "schedule"
