"""A target is given another region, year or delivery modes; what stands on it stays true."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programmes.plans import breakdowns, operations, targets
from programmes.plans.models import SourceDocument, Target
from programmes.plans.moving import Dimensions, move_target
from programmes.plans.targets import Said, UnableToSetTarget
from programmes.quotas.models import SessionTarget
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Association
from tests.programmes.factories import Office
from tests.world import World

ANY = Dimensions(None, None, False, frozenset())
ON_SITE = frozenset({"onsite"})


@pytest.fixture
def beijing(office: Office) -> Association:
    return Association.objects.get(code="CN-BJ")


@pytest.fixture
def target(office: Office, world: World, beijing: Association) -> Target:
    """60 sessions of Beijing for Guangxi, entered by the national office."""
    return enter(office, world, Said(beijing, 60, "assigned", "60场", beneficiary=world.guangxi))


def enter(office: Office, world: World, said: Said) -> Target:
    return targets.enter_target(
        plan=office.plan,
        said=said,
        source=SourceDocument.objects.order_by("pk")[0],
        by=world.national_officer,
        at=world.now,
    )


def move(target: Target, world: World, *, by=None, seen: int = 0, **to: object) -> Target:
    return move_target(
        target=target,
        to=Dimensions(**{**vars(ANY), **to}),  # type: ignore[arg-type]
        seen=seen,
        by=by or world.national_officer,
        at=world.now,
    )


def test_its_region_year_and_modes_are_changed_with_audit(target: Target, world: World):
    moved = move(target, world, beneficiary=world.yunnan, year=2026, modes=ON_SITE)

    target.refresh_from_db()
    assert (moved, target.key) == (target, "QC/CN-BJ/CN-YN/2026/onsite")
    assert (target.quantity, target.beneficiary, target.year) == (60, world.yunnan, 2026)
    assert [mode.code for mode in target.modes.all()] == ["onsite"]
    entry = AuditEntry.objects.get(verb="moved target")
    assert entry.object_key == target.key
    assert entry.details == {
        "key_before": "QC/CN-BJ/CN-GX/*/*",
        "beneficiary_before": "CN-GX",
        "year_before": None,
        "each_year_before": "False",
        "modes_before": "",
    }
    operations.load_facts(at=world.now)
    target.refresh_from_db()
    assert target.key == "QC/CN-BJ/CN-YN/2026/onsite"


def test_to_where_it_stands_changes_nothing(target: Target, world: World):
    move(target, world, beneficiary=world.guangxi, seen=99)
    assert not AuditEntry.objects.filter(verb="moved target").exists()


def test_of_two_officers_the_second_is_told(target: Target, world: World):
    move(Target.objects.get(pk=target.pk), world, beneficiary=world.yunnan)
    with pytest.raises(UnableToSetTarget, match="有人"):
        move(target, world, year=2026)


def test_only_the_national_office_does_it(target: Target, world: World):
    with pytest.raises(PermissionDenied):
        move(target, world, by=world.supporting_officer)


def test_a_number_stands_once(office: Office, target: Target, world: World, beijing: Association):
    enter(office, world, Said(beijing, 5, "assigned", "5场", beneficiary=world.yunnan))
    with pytest.raises(UnableToSetTarget, match="5"):
        move(target, world, beneficiary=world.yunnan)


def test_parts_that_come_to_more_than_their_whole_are_refused(
    office: Office, target: Target, world: World, beijing: Association
):
    enter(office, world, Said(beijing, 50, "assigned", "每年50场", year=2026))
    with pytest.raises(UnableToSetTarget, match=r"60.*50.*10"):
        move(target, world, beneficiary=world.guangxi, year=2026)


@pytest.mark.parametrize("wrong", [{"year": 26}, {"year": 2026, "each_year": True}])
def test_a_year_that_says_nothing_is_refused(target: Target, world: World, wrong: dict):
    with pytest.raises(UnableToSetTarget):
        move(target, world, **wrong)


def test_a_supporter_owes_nothing_to_itself(target: Target, world: World, beijing: Association):
    with pytest.raises(UnableToSetTarget):
        move(target, world, beneficiary=beijing)


def test_a_number_of_the_documents_stays(office: Office, world: World):
    stated = Target.objects.get(key="QC/CN-GD/CN-YN/*/*")
    with pytest.raises(UnableToSetTarget, match="文件"):
        move(stated, world, year=2026)


def test_one_that_sessions_stand_on_stays(office: Office, target: Target, world: World):
    SessionTarget.objects.filter(session=office.scheduled().id).update(target=target)
    with pytest.raises(UnableToSetTarget, match="场次"):
        move(target, world, year=2026)


class TestTheBreakdownThatHolds:
    @pytest.fixture
    def breakdown(self, office: Office, target: Target, world: World, beijing: Association):
        made = breakdowns.propose_plan(
            plan=office.plan, supporter=beijing, first=2026, count=2, by=world.national_officer, at=world.now
        )
        breakdowns.adopt_plan(breakdown=made, seen=0, by=world.national_officer, at=world.now)
        return made

    def test_the_region_of_its_cells_stays(self, target: Target, world: World, breakdown):
        with pytest.raises(UnableToSetTarget, match="版"):
            move(target, world, beneficiary=world.yunnan)

    def test_one_that_its_cells_come_to_stays(self, target: Target, world: World, breakdown):
        with pytest.raises(UnableToSetTarget, match="版"):
            move(target, world, beneficiary=world.guangxi, year=2026)

    def test_a_number_that_its_cells_know_nothing_of_goes_where_it_belongs(
        self, office: Office, world: World, beijing: Association, breakdown
    ):
        later = enter(office, world, Said(beijing, 5, "planned", "5场", beneficiary=world.guangxi, year=2031))
        move(later, world, beneficiary=world.guangxi, year=2032)
        later.refresh_from_db()
        assert later.year == 2032


@pytest.mark.usefixtures("clock")
class TestPage:
    def test_it_is_changed_on_the_page_of_the_target(self, target: Target, world: World, client_for):
        client = client_for(world.national_officer)
        page = client.get(reverse("targets:target", args=[target.pk])).content.decode()
        assert 'id="save-dimensions"' in page
        assert 'id="id_of_beneficiary"' in page
        address = reverse("targets:dimensions", args=[target.pk])
        said = {"seen": "0", "beneficiary": "CN-YN", "year": "", "modes": ["onsite"]}
        saved = client.post(address, said, follow=True)
        assert "已保存" in saved.content.decode()
        target.refresh_from_db()
        assert target.key == "QC/CN-BJ/CN-YN/*/onsite"
        late = client.post(address, {**said, "year": "2026"})
        assert late.status_code == 422
        assert "有人" in late.content.decode()
