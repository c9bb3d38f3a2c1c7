"""Wagtail's workflow of a lecture, driven from our own pages.

`LecturePage.review` is the one truth about where a lecture stands. Only reviewing.py writes it, and moves the workflow
in the same transaction, so that the Wagtail admin shows the same state, who waits for whom, and every step's history.
A lecture from before there was a workflow gets one with its next step.
"""

from django.db import transaction
from wagtail.models import Workflow, WorkflowState, WorkflowTask

from courses.catalogue.models import LecturePage, ReviewTask
from qianchang.people.models import Account

NAME = "讲座审核"
State = WorkflowState


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
    lecture.save_revision(user=by)
    state = _open_state(lecture)
    if state is None:
        ensure_workflow().start(_fresh(lecture), by)
    elif state.status == State.STATUS_NEEDS_CHANGES:
        state.resume(user=by)


@transaction.atomic
def approve(lecture: LecturePage, *, by: Account) -> None:
    """Approve what the lecture says now: Wagtail publishes it, at once or at its `go_live_at`."""
    state = _running(lecture, by)
    revision = lecture.save_revision(user=by)
    task_state = state.current_task_state
    task_state.revision = revision
    task_state.save()
    task_state.specific.approve(user=by)


@transaction.atomic
def ask_for_changes(lecture: LecturePage, *, words: str, by: Account) -> None:
    """Reject what was submitted, with the words of the reviewer."""
    _running(lecture, by).current_task_state.specific.reject(user=by, comment=words)


@transaction.atomic
def cancel(lecture: LecturePage, *, by: Account | None) -> None:
    """End the workflow, if one is open."""
    state = _open_state(lecture)
    if state is not None:
        state.cancel(user=by)


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
