"""What happens to a sheet, for whoever else has something to do then. Receivers run inside the transaction."""

from django.dispatch import Signal

# sheet: Sheet, decision: SheetDecision, at: datetime. The hours of everybody on it are credited already.
sheet_confirmed = Signal()
