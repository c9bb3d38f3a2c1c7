"""To whom a lecture is open, and the collections that paired associations share."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from qianchang.groundwork.models import AppendOnly

TO_EVERYBODY = Q(association__isnull=True, region__isnull=True, programme_code="", collection__isnull=True)


class Collection(models.Model):
    """A shared collection (精品课程): lectures that one association opens to its own lawyers and to those of every
    association that is paired with it (结对), now or later, on the days for which the pair stands.

    What is in it are the releases that name it: a lecture that is taken out leaves an ended one behind.
    """

    association = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="shared_collections"
    )
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # From then on nothing is shared by it any more, and no lecture comes into it.
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["association", "name"], name="enrolment_collection_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def localised_name(self) -> str:
        """The name in the reader's language, Chinese where there is no other."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class Release(AppendOnly):
    """A lecture is open from a time until a time (exclusive, null: nobody ended it) to one association and those below
    it, to one region and what lies in it, to the beneficiaries of one programme, or to those with whom a collection is
    shared; a release that names none of them is to everybody.

    It is also the release record that a network-video session needs as evidence: it is ended, never deleted, and
    neither its target nor its beginning ever changes. The database holds to it.
    """

    ending = ("ended_at", "ended_by_id")

    lecture = models.ForeignKey("catalogue.LecturePage", on_delete=models.PROTECT, related_name="releases")
    association = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="releases"
    )
    region = models.ForeignKey("people.Region", null=True, on_delete=models.PROTECT, related_name="+")
    # A programme is a room above this one: it is known here by its code, as in people.AssociationRole.
    programme_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    collection = models.ForeignKey(Collection, null=True, on_delete=models.PROTECT, related_name="releases")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    # Who ended it before its time; null where the end was set with the beginning.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "association"],
                condition=Q(ended_at__isnull=True),
                name="enrolment_release_once",
            ),
            models.UniqueConstraint(
                fields=["lecture", "region"],
                condition=Q(ended_at__isnull=True),
                name="enrolment_release_to_region_once",
            ),
            models.UniqueConstraint(
                fields=["lecture", "programme_code"],
                condition=Q(ended_at__isnull=True) & ~Q(programme_code=""),
                name="enrolment_release_to_programme_once",
            ),
            models.UniqueConstraint(
                fields=["lecture", "collection"],
                condition=Q(ended_at__isnull=True),
                name="enrolment_release_in_collection_once",
            ),
            models.UniqueConstraint(
                fields=["lecture"],
                condition=Q(ended_at__isnull=True) & TO_EVERYBODY,
                name="enrolment_release_to_all_once",
            ),
            models.CheckConstraint(
                condition=TO_EVERYBODY
                | Q(
                    association__isnull=False, region__isnull=True, programme_code="", collection__isnull=True
                )
                | Q(
                    association__isnull=True, region__isnull=False, programme_code="", collection__isnull=True
                )
                | Q(
                    association__isnull=True, region__isnull=True, programme_code="", collection__isnull=False
                )
                | (
                    Q(association__isnull=True, region__isnull=True, collection__isnull=True)
                    & ~Q(programme_code="")
                ),
                name="enrolment_release_to_one_target",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("released_at")),
                name="enrolment_release_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} to {self.target_key or 'everybody'}"

    @property
    def target_key(self) -> str:
        """The target in one word for logs: its code, or the number of the collection; empty for everybody."""
        if self.association is not None:
            return self.association.code
        if self.region is not None:
            return self.region.code
        if self.collection_id is not None:
            return f"collection {self.collection_id}"
        return self.programme_code
