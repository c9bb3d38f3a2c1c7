"""Who was paired with whom (结对)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.associations import Association
from qianchang.people.models.lawyers import Firm, Lawyer
from qianchang.people.models.places import Dated

SIDES = ("association", "firm", "lawyer")


def _only(side: str) -> models.Q:
    condition = models.Q()
    for each in SIDES:
        for end in ("supporting", "beneficiary"):
            condition &= models.Q(**{f"{end}_{each}__isnull": each != side})
    return condition


class Pairing(Dated):
    """One pair of two associations, two firms or two lawyers, from a day to a day, with the document it rests on. The
    first of the pair helps, the second one is helped (强强联合: both are strong, the first named stands first).
    """

    class Kind(models.TextChoices):
        STRONG_WITH_WEAK = "strong_with_weak", _("the strong help the weak")
        STRONG_WITH_STRONG = "strong_with_strong", _("two strong join")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    programme_code = models.CharField(max_length=20, blank=True)
    supporting_association = models.ForeignKey(
        Association, null=True, blank=True, on_delete=models.PROTECT, related_name="pairings_given"
    )
    beneficiary_association = models.ForeignKey(
        Association, null=True, blank=True, on_delete=models.PROTECT, related_name="pairings_received"
    )
    supporting_firm = models.ForeignKey(
        Firm, null=True, blank=True, on_delete=models.PROTECT, related_name="pairings_given"
    )
    beneficiary_firm = models.ForeignKey(
        Firm, null=True, blank=True, on_delete=models.PROTECT, related_name="pairings_received"
    )
    supporting_lawyer = models.ForeignKey(
        Lawyer, null=True, blank=True, on_delete=models.CASCADE, related_name="pairings_given"
    )
    beneficiary_lawyer = models.ForeignKey(
        Lawyer, null=True, blank=True, on_delete=models.CASCADE, related_name="pairings_received"
    )

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=_only("association") | _only("firm") | _only("lawyer"),
                name="people_pairing_of_two_alike",
            ),
            *(
                models.CheckConstraint(
                    condition=~models.Q(**{f"supporting_{each}": models.F(f"beneficiary_{each}")}),
                    name=f"people_pairing_of_two_{each}s",
                )
                for each in SIDES
            ),
            *(
                models.UniqueConstraint(
                    fields=["programme_code", f"supporting_{each}", f"beneficiary_{each}"],
                    condition=models.Q(valid_until__isnull=True),
                    name=f"people_pairing_of_{each}s_open_once",
                )
                for each in SIDES
            ),
        ]

    @property
    def supporting(self) -> Association | Firm | Lawyer:
        """The side that helps."""
        return self.supporting_association or self.supporting_firm or self.supporting_lawyer  # type: ignore[return-value]

    @property
    def beneficiary(self) -> Association | Firm | Lawyer:
        """The side that is helped."""
        return self.beneficiary_association or self.beneficiary_firm or self.beneficiary_lawyer  # type: ignore[return-value]

    def __str__(self) -> str:
        return f"{self.supporting} → {self.beneficiary}"
