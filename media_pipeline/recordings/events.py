"""What recordings announce, always on commit. Every signal carries `recording_id` and `at`.

`recording_watchable`: the first mode can be played. `recording_ready`: every mode of the ladder is published.
`recording_refused`: the file was refused, or the platform gave up on it; `failure_code` says why.
`recording_recognised`: inside the transaction, before the placeholder goes: the same file had been sent before, so whoever
points at `recording_id` should point at `existing_id` instead.
`recording_words_changed`: its captions, or what stands on its slides and when, are not what they were.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal

from media_pipeline.recordings.models import Recording

recording_watchable = Signal()
recording_ready = Signal()
recording_refused = Signal()
recording_recognised = Signal()
recording_words_changed = Signal()


def announce(signal: Signal, *, recording_id: int, at: datetime) -> None:
    """Send a signal once the transaction is committed. A listener that fails is logged and hurts nobody else."""
    transaction.on_commit(partial(_send, signal, recording_id, at))


def _send(signal: Signal, recording_id: int, at: datetime) -> None:
    signal.send_robust(sender=Recording, recording_id=recording_id, at=at)
