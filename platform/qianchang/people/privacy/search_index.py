"""The words of an erased person in the full-text index: entries that hold them go, and are made anew without them.

An app that keeps an index of its own registers it here.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from wagtail.search import index
from wagtail.search.models import IndexEntry

COLUMNS = ("title", "body", "autocomplete")

# Index anew whatever holds one of the words, and say how many things that were.
Reindex = Callable[[Sequence[str]], int]
_others: list[Reindex] = []


def register(reindex: Reindex) -> None:
    """Say who keeps an index beside Wagtail's."""
    if reindex not in _others:
        _others.append(reindex)


def reindexed_without(words: Sequence[str]) -> int:
    """Index every object anew whose entry holds one of the words, and return how many that were. Call it after the words
    are gone from the object itself.
    """
    wanted = [word for word in words if word.strip()]
    if not wanted:
        return 0
    found = Q()
    for column in COLUMNS:
        for word in wanted:
            # A word of Chinese may stand in the index with its characters apart.
            for form in {word, " ".join(word), word.lower()}:
                found |= Q(**{f"_{column}__contains": form})
    texts = {f"_{column}": Cast(column, TextField()) for column in COLUMNS}
    entries = list(IndexEntry.objects.annotate(**texts).filter(found))
    for entry in entries:
        model: Any = entry.content_type.model_class()
        IndexEntry.objects.filter(pk=entry.pk).delete()
        # None where the object is gone: its entry was left over.
        thing = model._default_manager.filter(pk=entry.object_id).first() if model else None
        if thing is not None:
            index.insert_or_update_object(thing)
    return len(entries) + sum(reindex(wanted) for reindex in _others)
