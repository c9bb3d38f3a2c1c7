"""The hours of forty thousand lawyers, loaded in bulk: every ledger is numbered and chained as its writer would."""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from courses.catalogue.models import LecturePage, LectureVersion
from courses.credits.models import CreditEntry, CreditRule
from qianchang.groundwork import ledgers
from qianchang.groundwork.chain import GENESIS, digest
from qianchang.groundwork.models import CHAIN_FORM, LedgerHead
from qianchang.people.models import Association, Firm, Lawyer, Region
from tests.world import World

if TYPE_CHECKING:
    from benchmarks.quota.simulated import Size

AT_ONCE = 2_000
# Whole lectures that nobody of one region finished: a video that reached nobody does not count there.
UNHEARD = 0.1
SHOWN_BY_DISC = 0.2


def load_hours(
    world: World,
    beneficiaries: Sequence[Association],
    lectures: Sequence[LecturePage],
    *,
    size: "Size",
    chance: random.Random,
    say: Callable[[str], None],
) -> None:
    """Put the lawyers on the rosters of their associations, and give them hours for lectures by video and by disc."""
    versions = {
        version.lecture_id: version
        for version in LectureVersion.objects.filter(lecture__in=lectures).order_by("number")
    }
    rule = CreditRule.objects.get(version=1, jurisdiction=world.jurisdiction)
    # A dozen indexes of a million rows do not fit into the usual two megabytes of SQLite.
    _give_memory(400_000)
    each = size.lawyers // len(beneficiaries)
    share = size.completions // len(beneficiaries)
    for number, association in enumerate(beneficiaries):
        roster = _roster(world, association, each, prefix=number)
        taken = _taken(roster, lectures, share, chance)
        with transaction.atomic():
            _write(association, taken, versions, rule, world)
        say(f"{association.code}: {len(roster)} lawyers, {share} completions")
    # What is measured afterwards is measured with the usual ones.
    _give_memory(2_000)


def _give_memory(kilobytes: int) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{kilobytes}")


def _roster(world: World, association: Association, count: int, *, prefix: int) -> list[Lawyer]:
    region = association.region or Region.objects.get(code="450000")
    firm = Firm.objects.create(name=f"模拟第 {prefix} 律师事务所", region=region, association=association)
    made = [
        Lawyer(
            licence_number=f"1{prefix:04d}{number:012d}",
            name=f"律师{number}",
            firm=firm,
            association=association,
        )
        for number in range(count)
    ]
    Lawyer.objects.bulk_create(made, batch_size=AT_ONCE)
    return list(Lawyer.objects.filter(association=association, firm=firm).order_by("pk"))


def _taken(
    roster: Sequence[Lawyer], lectures: Sequence[LecturePage], count: int, chance: random.Random
) -> Iterator[tuple[Lawyer, LecturePage, str]]:
    """Every lawyer with every lecture in turn, until there are as many as wanted; no pair twice."""
    unheard = chance.sample(range(len(lectures)), k=max(int(UNHEARD * len(lectures)), 1))
    heard = [lecture for place, lecture in enumerate(lectures) if place not in unheard]
    if count > len(roster) * len(heard):
        raise ValueError(f"{len(roster)} lawyers cannot finish {count} of {len(heard)} lectures once each")
    for number in range(count):
        turn, place = divmod(number, len(roster))
        lecture = heard[(place + turn) % len(heard)]
        yield roster[place], lecture, "dvd" if chance.random() < SHOWN_BY_DISC else "network_video"


def _write(
    association: Association,
    taken: Iterator[tuple[Lawyer, LecturePage, str]],
    versions: dict[int, LectureVersion],
    rule: CreditRule,
    world: World,
) -> None:
    previous, sequence = GENESIS, 0
    waiting: list[CreditEntry] = []
    digests: dict[int, str] = {}
    for lawyer, lecture, mode in taken:
        sequence += 1
        version = versions[lecture.pk]
        entry = CreditEntry(
            ledger=association.code,
            sequence=sequence,
            previous_hash=previous,
            recorded_at=world.now,
            chain_form=CHAIN_FORM,
            chain_salt=secrets.token_hex(16),
            lawyer_id=lawyer.pk,
            lawyer_digest=digests.setdefault(lawyer.pk, secrets.token_hex(32)),
            lecture_version_id=version.pk,
            lecture_id=lecture.pk,
            accounting_year=world.now.year,
            category=lecture.category,
            mode_code=mode,
            hours=1,
            rule=rule,
            covered_ms=version.length_ms,
            creditable_ms=version.length_ms,
            wall_ms=version.length_ms,
            codes_answered=2,
            devices=1,
            grade="A",
        )
        entry.entry_hash = previous = digest(previous, entry.covered_fields())
        waiting.append(entry)
        if len(waiting) >= AT_ONCE:
            CreditEntry.objects.bulk_create(waiting)
            waiting = []
    CreditEntry.objects.bulk_create(waiting)
    if sequence:
        LedgerHead.objects.create(
            kind=ledgers.kind_of(CreditEntry), ledger=association.code, sequence=sequence, entry_hash=previous
        )


def verify(associations: Sequence[Association]) -> list[Any]:
    """Return every fault of the ledgers of hours."""
    return [fault for each in associations for fault in ledgers.verify(CreditEntry, each.code)]
