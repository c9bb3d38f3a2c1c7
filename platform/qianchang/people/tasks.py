"""Celery looks for tasks here; they stand with what they do."""

from qianchang.people.activation_tasks import send_codes, send_invitations
from qianchang.people.notices.tasks import compose_summaries, send_mails
from qianchang.people.privacy.tasks import keep_privacy, make_data_export
from qianchang.people.rosters.tasks import resume_roster_imports, work_on_roster

__all__ = [
    "compose_summaries",
    "keep_privacy",
    "make_data_export",
    "resume_roster_imports",
    "send_codes",
    "send_invitations",
    "send_mails",
    "work_on_roster",
]
