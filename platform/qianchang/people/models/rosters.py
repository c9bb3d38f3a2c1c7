"""Rosters as they arrive: a file of an association, its rows, what each row would do, and who stands on no row."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.accounts import Account
from qianchang.people.models.associations import Association
from qianchang.people.models.lawyers import Lawyer

UNDO_WITHIN = timedelta(hours=24)


class RosterImport(models.Model):
    """One file of a roster on its way into the roster of `association`, which stands as of the day `stands_on`.

    The file itself is never kept. Its cells stand compressed in `sheet` until the rows are erased. The four numbers add
    up to the rows that were read: the database says so. `worked_until` is the lease of whoever works on it, `tries` how
    often the work at hand was begun without getting further. Tried too often it stands still: `failed_while` says at
    what, and somebody has to begin it again.

    Personal data: `sheet` (everything that the file said of people).
    """

    class State(models.TextChoices):
        READ = "read", _("columns to be confirmed")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        IMPORTING = "importing", _("being imported")
        IMPORTED = "imported", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("stopped")

    WORKING = (State.CHECKING, State.IMPORTING, State.UNDOING)
    SETTLED = (State.CHECKED, State.IMPORTED)

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="roster_imports")
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=120)
    # What the file turned out to be: kind, encoding, delimiter, name and number of sheets.
    form = models.JSONField(default=dict)
    sheet = models.BinaryField(null=True)
    # The row of the heading (None: there is none) and which column (from 0) holds which field.
    heading_row = models.PositiveIntegerField(null=True)
    columns = models.JSONField(default=dict)
    stands_on = models.DateField()
    # What the histories of lawyers name as their document; with the import's number in it, it is the batch's own.
    document = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    rows_read = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    # How far the work at hand is, in rows.
    done = models.PositiveIntegerField(default=0)
    worked_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_while = models.CharField(max_length=10, blank=True)
    imported_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # Firms that this import entered, to be taken back with it.
    firms_entered = models.JSONField(default=list)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checked_at__isnull=True)
                | models.Q(
                    rows_read=models.F("new") + models.F("changed") + models.F("same") + models.F("faulty")
                ),
                name="people_roster_import_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(sheet__isnull=True),
                name="people_roster_import_erased_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(state="failed", failed_while__in=["checking", "importing", "undoing"])
                | (~models.Q(state="failed") & models.Q(failed_while="")),
                name="people_roster_import_failed_while",
            ),
        ]
        indexes = [models.Index(fields=["association", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.association_id} {self.created_at:%Y-%m-%d} {self.state}"

    @property
    def good(self) -> int:
        """How many rows can be imported, those that change nothing included."""
        return self.new + self.changed + self.same

    @property
    def percent(self) -> int:
        """How far the work at hand is."""
        return 100 * self.done // self.rows_read if self.rows_read else 0

    def undo_ends_at(self) -> datetime | None:
        """Return until when the batch can be undone; None before anything was imported."""
        return self.imported_at + UNDO_WITHIN if self.imported_at else None


class RosterRow(models.Model):
    """One row of the file: what it says after the columns were matched and cosmetic things repaired, and what it does.

    `values` and `changes` (field: [before, after]) hold text; `repairs` says what was repaired by itself (field: as it
    stood); `mended` what an officer typed instead. A faulty row has a kind of fault, the field and value that it is
    about, and perhaps a proposal. Of a row left out nothing is imported; it counts among those that change nothing.

    Personal data: `licence_number`, `values`, `repairs`, `mended`, `changes`, `value`, `proposal`.
    """

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Updated")
        SAME = "same", _("Unchanged")
        FAULTY = "faulty", _("With problems")

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    licence_number = models.CharField(max_length=17, blank=True)
    values = models.JSONField(default=dict)
    repairs = models.JSONField(default=dict)
    mended = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    changes = models.JSONField(default=dict)
    fault = models.CharField(max_length=30, blank=True)
    field = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=200, blank=True)
    proposal = models.CharField(max_length=120, blank=True)
    # What the sentence of the fault needs besides: a row number, the name of a county.
    about = models.JSONField(default=dict)
    left_out = models.BooleanField(default=False)
    imported_at = models.DateTimeField(null=True)
    # Why the undo of the batch left this row's lawyer as they are; empty otherwise.
    kept = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "number"], name="people_roster_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="faulty", fault__gt="")
                | (~models.Q(outcome="faulty") & models.Q(fault="")),
                name="people_roster_row_fault_has_a_kind",
            ),
            # One lawyer, one row: whatever happens, nobody is imported from two rows of a file.
            models.UniqueConstraint(
                fields=["roster_import", "licence_number"],
                condition=~models.Q(outcome="faulty")
                & ~models.Q(licence_number="")
                & models.Q(left_out=False),
                name="people_roster_row_one_a_lawyer",
            ),
            models.CheckConstraint(
                condition=models.Q(imported_at__isnull=True)
                | (models.Q(outcome__in=["new", "changed"]) & models.Q(left_out=False)),
                name="people_roster_row_imported_when_good",
            ),
        ]
        indexes = [
            models.Index(fields=["roster_import", "outcome", "number"]),
            models.Index(fields=["licence_number"]),
        ]

    def __str__(self) -> str:
        return f"{self.roster_import_id} {self.number} {self.outcome}"


class RosterAbsence(models.Model):
    """Somebody on the roster who stands on no row of the file, and what an officer decided about it."""

    class Decision(models.TextChoices):
        MOVED = "moved", _("Moved away")
        STOPPED = "stopped", _("Stopped practising")
        LEFT_ALONE = "left_alone", _("Leave as it is")

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="absences")
    lawyer = models.ForeignKey(Lawyer, on_delete=models.CASCADE, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "lawyer"], name="people_roster_absence_once"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at__isnull=True)
                | (~models.Q(decision="") & models.Q(decided_at__isnull=False)),
                name="people_roster_absence_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.roster_import_id} {self.lawyer_id} {self.decision}"
