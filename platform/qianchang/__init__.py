"""Qianchang (千场): the roof over the rooms. Imports the Celery app so that `.delay()` in a web process uses our broker."""

from qianchang.project.celery import app as celery_app

__all__ = ["celery_app"]
