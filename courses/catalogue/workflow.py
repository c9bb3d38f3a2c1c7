"""Wagtail's workflow of a lecture, driven from our own pages.

`LecturePage.review` is the one truth about where a lecture stands. Only reviewing.py writes it, and moves the workflow
in the same transaction, so that the Wagtail admin shows the same state, who waits for whom, and every step's history.
A lecture from before there was a workflow gets one with its next step.
"""

from django.db import transaction
from wagtail.models import Workflow, WorkflowState, WorkflowTask
from wagtail.signals import workflow_approved, workflow_rejected, workflow_submitted

from courses.catalogue.models import LecturePage, ReviewTask
from qianchang.people.models import Account

NAME = "讲座审核"
State = WorkflowState
# What Wagtail's admin connects to mail about a step (wagtail/admin/signal_handlers.py).
_MAILS = (
    (workflow_submitted, "workflow_state_submitted_email_notification"),
    (workflow_rejected, "workflow_state_rejected_email_notification"),
    (workflow_approved, "workflow_state_approved_email_notification"),
)


def ensure_workflow() -> Workflow:
    """Return the workflow of lectures, made on first use: one task, for every association."""
    task = ReviewTask.objects.first()
    if task is None:
        task = ReviewTask.objects.create(name=NAME)
    found = Workflow.objects.filter(workflow_tasks__task=task).first()
    if found is None:
        found = Workflow.objects.create(name=NAME)
        WorkflowTask.objects.create(workflow=found, task=task, sort_order=0)
    return found


@transaction.atomic
def submit(lecture: LecturePage, *, by: Account) -> None:
    """Start the review of what the lecture says now, or resume the one that asked for changes."""
    _stop_mails()
    lecture.save_revision(user=by)
    state = _open_state(lecture)
    if state is None:
        ensure_workflow().start(_fresh(lecture), by)
    elif state.status == State.STATUS_NEEDS_CHANGES:
        state.resume(user=by)


@transaction.atomic
def approve(lecture: LecturePage, *, by: Account) -> None:
    """Approve what the lecture says now: Wagtail publishes it, at once or at its `go_live_at`."""
    _stop_mails()
    state = _running(lecture, by)
    revision = lecture.save_revision(user=by)
    task_state = state.current_task_state
    task_state.revision = revision
    task_state.save()
    task_state.specific.approve(user=by)


@transaction.atomic
def ask_for_changes(lecture: LecturePage, *, words: str, by: Account) -> None:
    """Reject what was submitted, with the words of the reviewer."""
    _stop_mails()
    _running(lecture, by).current_task_state.specific.reject(user=by, comment=words)


@transaction.atomic
def cancel(lecture: LecturePage, *, by: Account | None) -> None:
    """End the workflow, if one is open."""
    state = _open_state(lecture)
    if state is not None:
        state.cancel(user=by)


def _stop_mails() -> None:
    """Let telling.py alone write to experts: Wagtail's mails go out within the request, ask no settings of ours and lead to
    an admin that experts cannot enter. Here and not at start: Wagtail connects them after our apps are ready.
    """
    for signal, uid in _MAILS:
        signal.disconnect(sender=WorkflowState, dispatch_uid=uid)


def _open_state(lecture: LecturePage) -> WorkflowState | None:
    """Read anew, with nothing remembered of how the lecture was."""
    return WorkflowState.objects.active().for_instance(lecture).first()


def _running(lecture: LecturePage, by: Account) -> WorkflowState:
    state = _open_state(lecture)
    if state is None:
        if lecture.get_latest_revision() is None:
            lecture.save_revision(user=lecture.submitted_by)
        state = ensure_workflow().start(_fresh(lecture), lecture.submitted_by or by)
        state = WorkflowState.objects.get(pk=state.pk)
    return state


def _fresh(lecture: LecturePage) -> LecturePage:
    found: LecturePage = LecturePage.objects.get(pk=lecture.pk)
    return found
