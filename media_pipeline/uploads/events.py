"""What uploads announce, on commit: `upload_completed` carries `recording_id` and `at`."""

from django.dispatch import Signal

upload_completed = Signal()
