"""Says at start what the people's tables and those of libraries hold. Rooms say it of their own (privacy.py in each)."""

from django.core.checks import register

from qianchang.people import todo
from qianchang.people.privacy.checks import retention_errors
from qianchang.people.privacy.holdings import declare_holdings
from qianchang.people.privacy.outside import declare_outside
from qianchang.people.privacy.periods import declare_periods
from qianchang.people.privacy.rosters import declare_roster_holdings
from qianchang.people.privacy.waiting import waiting_erasures


def declare_everything() -> None:
    """Declare every table of people, of the floor and of libraries, and how long what is kept. Called once, at start."""
    declare_holdings()
    declare_roster_holdings()
    declare_outside()
    declare_periods()
    register(retention_errors)
    todo.register_groups("erasures", waiting_erasures)
