"""The Celery application: broker and queues from the settings, tasks from every app's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.dev")

app = Celery("qianchang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
