from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from courses.catalogue.models import IndexedLecture, Passage
from courses.catalogue.search import indexing, matching


class Command(BaseCommand):
    help = "Brings the search index up to date with every published lecture. Safe to run again, also while people search."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="write every lecture again, changed or not")

    def handle(self, *args: Any, anew: bool, **options: Any) -> None:
        matching.put_up(using=DEFAULT_DB_ALIAS)
        changed = indexing.index_all(at=timezone.now(), anew=anew)
        lectures, passages = IndexedLecture.objects.count(), Passage.objects.count()
        self.stdout.write(f"index: {lectures} lectures, {passages} passages, {changed} lectures changed")
