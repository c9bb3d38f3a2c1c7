"""Files are made while nobody waits for the plan, and are those of figures that were true when they were kept."""

from collections.abc import Callable

import pytest

from programmes.reports import operations, rendering
from programmes.reports.models import BulletinIssue, MonthlyReturn, Side
from programmes.reports.operations import UnableToSend
from programmes.reports.papers import Paper
from programmes.reports.verifying import faults
from qianchang.people.models import Association
from tests.programmes.factories import Office
from tests.programmes.reports.months import at, october
from tests.world import World

Act = Callable[[], object]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> Callable[..., list[Paper]]:
    """Return a function by which something happens each time that files are made, as long as there is something. It returns
    the papers that files were made of.
    """
    settings.VAULT_DIR = tmp_path / "vault"
    papers: list[Paper] = []
    make = rendering.kept

    def happens(*acts: Act) -> list[Paper]:
        left = list(acts)

        def made(paper: Paper) -> dict[str, str]:
            papers.append(paper)
            if left:
                left.pop(0)()
            return make(paper)

        monkeypatch.setattr(rendering, "kept", made)
        return papers

    return happens


def issue(office: Office) -> operations.Issued:
    return operations.issue_bulletin(
        plan=office.plan, month="2026-10", by=office.world.national_officer, at=at(2026, 11, 5)
    )


def test_what_is_posted_while_the_bulletin_is_made_stands_in_it(office: Office, meanwhile):
    office.confirmed(office.lecture("一"), mode="onsite")
    papers = meanwhile(lambda: office.close("2026-10", at=at(2026, 11, 4)))
    issued = issue(office)
    assert (issued.again, BulletinIssue.objects.count(), len(papers)) == (False, 1, 2)
    assert papers[0] != papers[1]
    assert faults() == (3, [])


def test_files_are_made_once_where_nothing_happens(office: Office, meanwhile):
    october(office, "一")
    papers = meanwhile()
    assert not issue(office).again
    assert len(papers) == 1
    assert issue(office).again
    assert len(papers) == 1, "what says the same as the last needs no files"
    assert faults() == (3, [])


def test_whoever_is_overtaken_by_a_colleague_is_told_of_the_version_that_stands(office: Office, meanwhile):
    october(office, "一")
    first: list[operations.Issued] = []
    meanwhile(lambda: first.append(issue(office)))
    second = issue(office)
    assert (first[0].again, second.again, second.version) == (False, True, first[0].version)
    assert BulletinIssue.objects.count() == 1


def test_figures_that_move_each_time_are_kept_all_the_same(office: Office, meanwhile):
    october(office, "一")
    guangdong = Association.objects.filter(code="CN-GD")
    papers = meanwhile(
        *(lambda name=name: guangdong.update(name_zh=name) for name in ("甲律协", "乙律协", "丙律协"))
    )
    assert not issue(office).again
    assert len(papers) == rendering.ATTEMPTS + 1
    assert faults() == (3, [])


def test_a_text_that_a_colleague_changes_while_the_return_is_made_is_not_sent(
    office: Office, world: World, meanwhile
):
    october(office, "一")
    of_month = {
        "plan": office.plan,
        "association": world.guangdong,
        "side": Side.SUPPORTER,
        "month": "2026-10",
        "at": at(2026, 11, 2),
    }
    text = {"addressees": "省律协秘书处", "signatories": ""}

    def saved(words: str, number: int, by) -> None:
        operations.save_draft(**of_month, **text, remarks=words, number=number, by=by)

    saved("甲", 0, world.supporting_officer)
    meanwhile(lambda: saved("乙", 1, world.second_supporting_officer))
    with pytest.raises(UnableToSend):
        operations.send_return(**of_month, number=1, by=world.supporting_officer)
    assert not MonthlyReturn.objects.exists()
    assert not operations.send_return(**of_month, number=2, by=world.supporting_officer).again
    assert faults() == (3, [])
