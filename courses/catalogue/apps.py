from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Wagtail pages and snippets: lectures, courses, topics, lecturers."""

    name = "courses.catalogue"
    label = "catalogue"
