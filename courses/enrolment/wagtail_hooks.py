"""What this app adds to the Wagtail admin."""

from wagtail import hooks

from courses.enrolment.editors_actions import AddToCollection

hooks.register("register_bulk_action", AddToCollection)
