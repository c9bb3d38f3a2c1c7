from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.catalogue.site import ensure_site


class Command(BaseCommand):
    help = "Makes what is missing of the page tree and the topics. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        pages = ensure_site(at=timezone.now())
        self.stdout.write(f"site: {pages.home.title}, {pages.topics} topics, {pages.made} rows made")
