from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """From evidence to hours (学时)."""

    name = "courses.credits"
    label = "credits"
