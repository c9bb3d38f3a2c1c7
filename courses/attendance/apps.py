from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Append-only evidence of watching: spans, coverage, presence codes."""

    name = "courses.attendance"
    label = "attendance"
