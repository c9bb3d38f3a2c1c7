from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.catalogue.public.first_pages import ensure_first_pages
from courses.catalogue.site import ensure_site


class Command(BaseCommand):
    help = (
        "Makes what is missing of the page tree, the topics, and help, notices and about. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        pages, written = ensure_site(at=at), ensure_first_pages(at=at)
        self.stdout.write(
            f"site: {pages.home.title}, {pages.topics} topics, {pages.made + written} rows made"
        )
