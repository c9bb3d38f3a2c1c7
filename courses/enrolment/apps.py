from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """Who may take what: releases and enrolments."""

    name = "courses.enrolment"
    label = "enrolment"
