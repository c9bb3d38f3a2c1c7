"""Discs for the tests, made through the platform's own operations; the worker's part is a row as it would leave it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db.models import F

from courses.catalogue.models import LecturePage
from courses.discs import composing, images, making, moving
from courses.discs.making import Recipient
from courses.discs.models import Disc, DiscMaster, DiscRequest
from courses.discs.moving import Parcel
from media_pipeline.conductor.models import DiscImage
from qianchang.people.models import Account, Association, Region
from tests.courses.factories import make_published_lecture
from tests.world import World

MINUTE_MS = 60_000


@dataclass
class Discs:
    """What one test has to do with discs; Guangdong makes them for Guangxi unless told otherwise."""

    world: World

    def lecture(
        self, title: str = "农村土地承包经营权流转纠纷", *, minutes: int = 118, **more: object
    ) -> LecturePage:
        """A published lecture of Guangdong, open to Guangxi."""
        given: dict[str, object] = {
            "released_to": [self.world.guangxi],
            "duration_ms": minutes * MINUTE_MS,
            **more,
        }
        return make_published_lecture(self.world, title=title, **given)  # type: ignore[arg-type]

    def master(
        self,
        *lectures: LecturePage,
        title: str = "广东律师讲座第一辑",
        maker: Association | None = None,
        by: Account | None = None,
    ) -> DiscMaster:
        """A composition in the name of Guangdong."""
        chosen: Sequence[LecturePage] = lectures or (self.lecture(),)
        return composing.compose_master(
            title=title,
            lectures=[lecture.pk for lecture in chosen],
            maker=maker or self.world.guangdong,
            by=by or self.world.supporting_officer,
            at=self.world.now,
        )

    def to_napo(self, region: Region | None = None) -> Recipient:
        """The county contact of 那坡县, or of another county."""
        return Recipient(
            self.world.guangxi,
            region or self.world.napo_region,
            "罗联络员 0776-6820000",
            "广西百色市那坡县城厢镇司法局",
        )

    def numbered(
        self,
        master: DiscMaster | None = None,
        *,
        count: int = 1,
        to: Recipient | None = None,
        request: DiscRequest | None = None,
        by: Account | None = None,
        at: datetime | None = None,
    ) -> list[Disc]:
        """Discs whose images wait for the worker."""
        return making.make_discs(
            master=master or self.master(),
            count=count,
            to=to or self.to_napo(),
            request=request,
            by=by or self.world.supporting_officer,
            at=at or self.world.now,
        )

    def finish(self, disc: Disc, *, at: datetime | None = None) -> Disc:
        """The worker has made the image of a disc."""
        at = at or self.world.now
        assert disc.image is not None
        DiscImage.objects.filter(public_id=disc.image).update(
            state=DiscImage.State.DONE,
            size_bytes=1_400_000_000,
            sha256=uuid4().hex * 2,
            file=F("serial"),
            finished_at=at,
            progress_percent=100,
        )
        images.note_ready(disc.image, at=at)
        disc.refresh_from_db()
        return disc

    def made(self, master: DiscMaster | None = None, **how: object) -> Disc:
        """A disc whose image is there."""
        return self.finish(self.numbered(master, **how)[0])  # type: ignore[arg-type]

    def sent(
        self,
        disc: Disc | None = None,
        *,
        on: date | None = None,
        at: datetime | None = None,
        to: Recipient | None = None,
    ) -> Disc:
        """A disc on its way to 那坡县, by post."""
        disc = disc or self.made()
        moving.dispatch(
            discs=[disc],
            to=to or self.to_napo(),
            parcel=Parcel("EMS", "EA123456789CN"),
            on=on or self.world.day,
            by=self.world.supporting_officer,
            at=at or self.world.now,
        )
        disc.refresh_from_db()
        return disc

    def received(self, disc: Disc | None = None, *, at: datetime | None = None) -> Disc:
        """A disc that 罗联络员 of 那坡县 has."""
        at = at or self.world.now + timedelta(hours=1)
        disc = disc or self.sent()
        moving.receive(disc=disc, holder="罗联络员", on=at.date(), by=self.world.county_contact, at=at)
        disc.refresh_from_db()
        return disc
