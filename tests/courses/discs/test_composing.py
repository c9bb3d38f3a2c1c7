"""Composing a master: which lectures go on a disc, what fits, and that a master never changes."""

import pytest

from courses.catalogue.models import SpeakerConsent
from courses.discs import composing
from courses.discs.composing import UnableToCompose
from courses.discs.models import DiscMaster
from courses.discs.scope import scope_of
from media_pipeline import api as media
from qianchang.groundwork.models import AppendOnlyError, AuditEntry

pytestmark = pytest.mark.django_db


def test_a_master_has_its_lectures_in_order_with_the_windows_of_their_codes(discs):
    long, short = discs.lecture(minutes=118), discs.lecture("婚姻家事调解", minutes=40)
    master = discs.master(long, short)
    rows = list(master.lectures.order_by("position"))
    assert [row.version.lecture_id for row in rows] == [long.pk, short.pk]
    # One code for each started 45 minutes.
    assert [len(row.windows) for row in rows] == [3, 1]
    assert master.presence_minutes == 45
    entry = AuditEntry.objects.get(verb="composed master")
    assert entry.details == {"lectures": 2, "sha256": master.sha256}


def test_the_same_composition_again_is_the_same_master(discs):
    lecture = discs.lecture()
    assert discs.master(lecture) == discs.master(lecture)
    assert DiscMaster.objects.count() == 1
    assert discs.master(lecture, title="第二辑").sha256 == discs.master(lecture).sha256


def test_the_windows_of_a_master_are_never_changed(discs):
    row = discs.master().lectures.get()
    row.windows = []
    with pytest.raises(AppendOnlyError):
        row.save()


def test_too_many_minutes_are_refused_with_how_many(discs):
    most = media.minutes_that_fit()
    lectures = [discs.lecture("上", minutes=most), discs.lecture("下", minutes=7)]
    found = composing.composition(
        scope_of(discs.world.supporting_officer, on=discs.world.day),
        [lecture.pk for lecture in lectures],
        at=discs.world.now,
    )
    assert (found.minutes, found.minutes_left) == (most + 7, -7)
    with pytest.raises(UnableToCompose, match="7"):
        discs.master(*lectures)
    assert not DiscMaster.objects.exists()


def test_short_lectures_are_not_more_than_a_menu_holds(discs, monkeypatch):
    monkeypatch.setattr(media, "MOST_LECTURES", 2)
    lectures = [discs.lecture(f"第{number}讲", minutes=10) for number in range(3)]
    with pytest.raises(UnableToCompose, match="2"):
        discs.master(*lectures)
    discs.master(*lectures[:2])


def test_without_every_speakers_consent_to_discs_there_is_none(discs):
    lecture = discs.lecture()
    SpeakerConsent.objects.filter(lecture=lecture).update(dvd=False)
    with pytest.raises(UnableToCompose, match="陈嘉敏"):
        discs.master(lecture)


@pytest.mark.parametrize("lectures", [[], [987_654]])
def test_nothing_and_what_is_not_there_are_refused(discs, lectures):
    with pytest.raises(UnableToCompose):
        composing.compose_master(
            title="空",
            lectures=lectures,
            maker=discs.world.guangdong,
            by=discs.world.supporting_officer,
            at=discs.world.now,
        )


def test_a_beneficiary_officer_composes_of_what_is_open_to_the_region_and_of_nothing_else(discs):
    world = discs.world
    opened, closed = discs.lecture(), discs.lecture("云南专场", released_to=[world.yunnan])
    scope = scope_of(world.beneficiary_officer, on=world.day)
    assert list(composing.lectures_for(scope, search="", at=world.now)) == [opened]
    master = discs.master(opened, maker=world.guangxi, by=world.beneficiary_officer)
    assert master.maker == world.guangxi
    with pytest.raises(UnableToCompose):
        discs.master(closed, maker=world.guangxi, by=world.beneficiary_officer)
    with pytest.raises(UnableToCompose):
        discs.master(opened, maker=world.guangdong, by=world.beneficiary_officer)


def test_lectures_are_found_by_title_and_lecturer(discs):
    world, lecture = discs.world, discs.lecture("边境贸易合同")
    discs.lecture("婚姻家事")
    scope = scope_of(world.supporting_officer, on=world.day)
    assert list(composing.lectures_for(scope, search="贸易", at=world.now)) == [lecture]
    assert composing.lectures_for(scope, search="陈嘉敏", at=world.now).count() == 2
    assert not composing.lectures_for(scope, search="贸易 家事", at=world.now).exists()
