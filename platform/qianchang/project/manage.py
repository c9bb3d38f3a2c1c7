"""What manage.py calls, so that the script itself stays three lines."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.dev")
    execute_from_command_line(sys.argv)
