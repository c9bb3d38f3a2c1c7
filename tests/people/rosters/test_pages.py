"""The pages: five steps without script, other associations' imports do not exist, queries do not grow with the rows."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from benchmarks.roster.generated import roster
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Invitation, Lawyer, RosterImport
from qianchang.people.rosters import regions, working
from tests.people.rosters.conftest import csv_file, numbers
from tests.world import full_width

NEW = reverse("roster:new_import")


@pytest.fixture
def officer(desk, client_for):
    """黄专员's browser, signed in a moment ago."""
    client = client_for(desk.officer)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": 4e9, "username": "huang.zhuanyuan"}
    ]
    session.save()
    return client


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_five_steps(desk, officer, row):
    """Given a file with one bad row, when the officer goes through the steps, then good first, then the mended one."""
    rows = [row(), row(licence_number="145102O1511100875", name="农家兴")]
    sent = officer.post(NEW, {"association": desk.world.guangxi.pk, "file": csv_file(rows)})
    taken = RosterImport.objects.get()
    here = reverse("roster:import", args=[taken.pk])
    assert sent.url == here

    columns = officer.get(here)
    assert "覃小红、农家兴" in text(columns)
    chosen = {name: str(index) for name, index in taken.columns.items()}
    checked = officer.post(
        reverse("roster:columns", args=[taken.pk]), {"stands_on": "2026-10-01", **chosen}, follow=True
    )
    assert "2 行里有 1 行要处理" in text(checked)
    assert "执业证号里有字母 O，应为数字" in text(checked)
    assert Lawyer.objects.count() == 0

    confirmed = officer.get(reverse("roster:confirm", args=[taken.pk]))
    assert "1 行将写入名册" in text(confirmed)
    act = reverse("roster:act", args=[taken.pk])
    officer.post(act, {"do": "import"})
    under_way = officer.get(here)
    assert "正在导入" in text(under_way)
    assert under_way["Refresh"] == "5"
    assert "Refresh" not in officer.get(here, {"still": "1"})
    working.work(taken.pk)
    assert "已导入 1 行" in text(officer.get(here))

    bad = taken.rows.get(outcome="faulty")
    mended = officer.post(reverse("roster:row", args=[taken.pk, bad.number]), {"do": "take"}, follow=True)
    assert "1 行已改好" in text(mended)
    officer.post(act, {"do": "import"})
    working.work(taken.pk)
    assert Lawyer.objects.count() == 2

    activation = reverse("roster:activation", args=[taken.pk])
    assert "邮件" in text(officer.get(activation))
    assert "条通知正在发出" in text(officer.post(activation, follow=True))

    undo = officer.get(reverse("roster:confirm", args=[taken.pk]) + "?undo=1")
    assert "整批撤销" in text(undo)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "PDF"), (b"", "文件是空的"), (b"PK\x03\x04", "表格损坏了")],
)
def test_a_file_that_is_no_list_is_answered_with_a_sentence(desk, officer, content, words):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = officer.post(
        NEW, {"association": desk.world.guangxi.pk, "file": SimpleUploadedFile("名册.xlsx", content)}
    )
    assert sent.status_code == 422
    assert words in text(sent)
    assert not RosterImport.objects.exists()


def test_a_column_for_two_things_is_refused_beside_the_form(desk, officer, row):
    taken = desk.send([row()])
    wrong = dict.fromkeys(taken.columns, "1")
    answer = officer.post(reverse("roster:columns", args=[taken.pk]), {"stands_on": "2026-10-01", **wrong})
    assert answer.status_code == 422
    assert "同一列选了两次" in text(answer)
    taken.refresh_from_db()
    assert taken.state == "read"


def test_an_old_tab_imports_nothing_that_was_not_shown(desk, officer, row):
    """Given a confirmation page, when a row is mended elsewhere, then its button refuses; pressed twice it imports once."""
    taken = desk.check([row(), row(licence_number="145102O1511100875", name="农家兴")])
    confirm, act = (reverse(f"roster:{name}", args=[taken.pk]) for name in ("confirm", "act"))
    old = re.search(r'name="seen" value="([^"]+)"', officer.get(confirm).content.decode())[1]
    bad = taken.rows.get(outcome="faulty")
    officer.post(reverse("roster:row", args=[taken.pk, bad.number]), {"do": "take", "fault": bad.fault})

    refused = officer.post(act, {"do": "import", "seen": old}, follow=True)

    assert "打开这一页之后数据有变化" in text(refused)
    taken.refresh_from_db()
    assert taken.state == "checked"
    new = re.search(r'name="seen" value="([^"]+)"', officer.get(confirm).content.decode())[1]
    officer.post(act, {"do": "import", "seen": new})
    working.work(taken.pk)
    twice = officer.post(act, {"do": "import", "seen": new}, follow=True)
    assert "已导入 2 行" in text(twice)
    assert "没有等着导入的行" not in text(twice)


def test_a_second_click_does_not_write_into_the_next_problem_of_the_row(desk, officer, row):
    """Given a row with two problems, when the first one's button is pressed twice, then the second keeps its value."""
    taken = desk.check([row(phone="138123456", county="那波县")])
    bad = taken.rows.get()
    url = reverse("roster:row", args=[taken.pk, bad.number])
    posted = {"do": "save", "value": "13812345678", "fault": bad.fault}
    officer.post(url, posted)
    officer.post(url, posted)
    bad.refresh_from_db()
    assert (bad.values["phone"], bad.values["county"]) == ("13812345678", "那波县")
    officer.post(url, {"do": "save", "value": "那坡\x00县", "fault": bad.fault})
    bad.refresh_from_db()
    assert (bad.outcome, bad.mended["county"]) == ("new", "那坡县")


def test_a_file_does_not_unmask_what_the_roster_hides(desk, officer, row):
    wei = desk.world.county_lawyer
    Lawyer.objects.filter(pk=wei.pk).update(phone="13799998888", email="wei.xiaolan@example.org")
    taken = desk.check([row(name="韦晓岚", licence_number=wei.licence_number)])
    page = officer.get(reverse("roster:import", args=[taken.pk]), {"show": "changed"}).content.decode()
    assert "137****8888" in page
    assert "13799998888" not in page
    assert "wei.xiaolan@" not in page


def test_invitations_go_to_nobody_on_another_roster(desk, officer, row):
    """Given a row that waits, when another association enters that number, then the import cannot invite that lawyer."""
    taken = desk.carry_out(desk.check([row(), row(licence_number="1451020151110087O", name="农家兴")]))
    bad = taken.rows.get(outcome="faulty")
    url = reverse("roster:row", args=[taken.pk, bad.number])
    officer.post(url, {"do": "save", "value": "14510201511100899", "fault": bad.fault})
    theirs = desk.world.yunnan_lawyer
    Lawyer.objects.filter(pk=theirs.pk).update(licence_number="14510201511100899", account=None)

    officer.post(reverse("roster:activation", args=[taken.pk]))

    assert set(Invitation.objects.values_list("lawyer__licence_number", flat=True)) == {"14510201511100874"}


def test_a_roster_that_was_erased_before_it_was_matched_says_so(desk, officer, row):
    taken = desk.send([row()])
    RosterImport.objects.filter(pk=taken.pk).update(sheet=None, erased_at=desk.world.now)
    assert "请重新" in text(officer.get(reverse("roster:import", args=[taken.pk])))


def test_an_import_of_another_association_does_not_exist(desk, client_for, row):
    taken = desk.check([row(), row(name="")])
    stranger = client_for(desk.world.yunnan_officer)
    names = ("import", "columns", "confirm", "faulty", "missing", "activation", "act")
    answers = {
        name: (stranger.post if name == "act" else stranger.get)(
            reverse(f"roster:{name}", args=[taken.pk])
        ).status_code
        for name in names
    }
    assert set(answers.values()) == {404}
    assert stranger.post(reverse("roster:row", args=[taken.pk, 4]), {"do": "save"}).status_code == 404
    supporting = client_for(desk.world.supporting_officer)
    assert supporting.get(NEW).status_code == 403
    assert supporting.get(reverse("roster:list")).status_code == 403


def test_the_faulty_rows_as_excel_can_be_mended_and_sent_as_they_are(desk, officer, row):
    taken = desk.check(
        [row(), row(licence_number="1451020151110087", name="=农家兴"), row(name="", licence_number="1")]
    )
    answer = officer.get(reverse("roster:faulty", args=[taken.pk]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    table = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert [line[0] for line in table] == ["行号", 4, 5]
    assert table[1][1] == "执业证号只有 16 位，应为 17 位"
    assert table[1][3] == "=农家兴"
    assert sheet["E2"].fill.fgColor.rgb == "FFFBE9E7"
    assert sheet["C2"].fill.fgColor.rgb != "FFFBE9E7"

    sheet["E2"].value, sheet["D2"].value = "14510201511100879", "农家兴"
    out = io.BytesIO()
    sheet.parent.save(out)
    from django.core.files.uploadedfile import SimpleUploadedFile

    officer.post(
        NEW, {"association": desk.world.guangxi.pk, "file": SimpleUploadedFile("改好.xlsx", out.getvalue())}
    )
    again = RosterImport.objects.latest("pk")
    assert again.columns["licence_number"] == 4
    entry = AuditEntry.objects.get(verb="exported")
    assert entry.details["rows"] == 2


def test_the_list_is_masked_and_found_by_name_number_and_county(desk, officer):
    wei = desk.world.county_lawyer
    assert desk.world.second_county_lawyer
    assert desk.world.yunnan_lawyer
    Lawyer.objects.filter(pk=wei.pk).update(phone="13812345678")
    url = reverse("roster:list")

    everybody = text(officer.get(url))
    assert "韦晓岚" in everybody
    assert "农志强" in everybody
    assert "杨丽江" not in everybody
    assert "14510****23344" in everybody
    assert "138****5678" in everybody
    assert wei.licence_number not in everybody
    for query in ("韦晓", "1223344", full_width("1223344")):
        found = text(officer.get(url, {"q": query}))
        assert "韦晓岚" in found
        assert "农志强" not in found
    assert "农志强" in text(officer.get(url, {"q": "那坡县"}))
    assert "没有符合的人" in text(officer.get(url, {"q": "3344"}))
    assert "韦晓岚" in text(officer.get(url, {"region": "451026", "state": "activated"}))
    assert "没有符合的人" in text(officer.get(url, {"state": "left"}))


def test_the_queries_of_the_list_do_not_grow_with_it(desk, officer):
    assert desk.world.county_lawyer
    url = reverse("roster:list")
    officer.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        officer.get(url)
    made = roster(60, faulty=0, counties=["那坡县", "靖西市"])
    desk.carry_out(desk.check([[*each] for each in made.rows]))
    with CaptureQueriesContext(connection) as many:
        assert officer.get(url).status_code == 200
    assert len(many) == len(few) <= 10


def test_the_queries_of_the_check_do_not_grow_with_it(desk, officer, row):
    one = desk.check([row(name="", licence_number="1")])
    with CaptureQueriesContext(connection) as few:
        officer.get(reverse("roster:import", args=[one.pk]))
    made = roster(1000, faulty=100, counties=["那坡县", "靖西市"])
    large = desk.check(made.rows)
    with CaptureQueriesContext(connection) as many:
        page = officer.get(reverse("roster:import", args=[large.pk]))
    assert numbers(large)[3] == 100
    assert page.content.count(b'name="value"') <= 20
    assert len(many) <= len(few) + 1


def test_a_whole_number_is_shown_for_a_reason_that_is_kept(desk, officer):
    wei = desk.world.county_lawyer
    url = reverse("roster:show", args=[wei.pk])
    assert wei.licence_number not in text(officer.get(url))
    refused = officer.post(url, {"field": "licence_number", "reason": ""})
    assert refused.status_code == 422
    assert not AuditEntry.objects.filter(verb="unmasked").exists()

    shown = officer.post(url, {"field": "licence_number", "reason": "核对执业证原件"})

    assert wei.licence_number in text(shown)
    entry = AuditEntry.objects.get(verb="unmasked")
    assert (entry.actor_id, entry.object_key, entry.details["reason"]) == (
        desk.officer.pk,
        str(wei.pk),
        "核对执业证原件",
    )
    assert wei.licence_number not in str(entry.details)
    assert officer.get(reverse("roster:show", args=[desk.world.yunnan_lawyer.pk])).status_code == 404


def test_the_export_is_masked_and_asks_for_a_reason(desk, officer):
    wei = desk.world.county_lawyer
    url = reverse("roster:export")
    assert officer.post(url, {"reason": "x"}).status_code == 422
    answer = officer.post(url, {"reason": "年度会费核对"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [str(cell.value) for line in sheet.iter_rows() for cell in line]
    assert "14510****23344" in cells
    assert wei.licence_number not in cells
    assert AuditEntry.objects.get(verb="exported").details["reason"] == "年度会费核对"


def test_loading_the_regions_again_changes_nothing_and_keeps_names_that_stand(world):
    assert world.napo_region
    kept = world.region("450000", "广西")
    entered = regions.load_regions(at=world.now)
    assert entered > 3000
    assert regions.load_regions(at=world.now) == 0
    kept.refresh_from_db()
    assert kept.name_zh == "广西"
    from qianchang.people.models import Region

    assert Region.objects.get(code="659002").parent == Region.objects.get(code="650000")
    assert Region.objects.get(code="451081").parent == world.baise_region
