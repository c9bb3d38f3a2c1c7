"""The papers of the rooms on the evidence page of their session: there for everybody who sees the evidence; the photo of the
paper opens to those alone who read the names on it.
"""

import pytest
from django.test import Client

from courses.sheets import deciding
from courses.sheets.models import SheetFile
from courses.sheets.rules import FULL, KeyedRow
from qianchang.people.models import Account
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


def shown(room: Room, account: Account) -> str:
    client = Client()
    client.force_login(account)
    answer = client.get(f"/office/sessions/{room.session.code}/evidence/")
    assert answer.status_code == 200
    _before, _mark, papers = answer.content.decode().partition('id="room-papers"')
    return papers.partition("</section>")[0]


@pytest.fixture
def papers(room: Room) -> dict[str, SheetFile]:
    room.save()
    return {kind: room.scan(kind) for kind in ("scan", "photo")}


def test_the_region_opens_both(room: Room, world: World, papers):
    page = shown(room, world.beneficiary_officer)
    assert room.sheet.number in page
    for file in papers.values():
        assert f"/office/sheets/{room.sheet.pk}/files/{file.pk}/?key=" in page


def test_the_supporting_side_has_the_digest_of_the_paper_and_opens_the_room(room: Room, world: World, papers):
    page = shown(room, world.supporting_officer)
    assert f"/files/{papers['photo'].pk}/?key=" in page
    assert f"/files/{papers['scan'].pk}/" not in page
    assert papers["scan"].sha256 in page.replace("<wbr>", "")


def test_what_it_keyed_itself_opens_to_it(room: Room, world: World):
    (lawyer,) = room.lawyers(1)
    written = KeyedRow(name=lawyer.name, licence_number=lawyer.licence_number, mark=FULL)
    room.save(room.keyed(written), by=world.supporting_officer)
    scan = room.scan(by=world.supporting_officer)
    assert f"/files/{scan.pk}/?key=" in shown(room, world.supporting_officer)
    room.save(by=world.county_contact, base=1)
    assert f"/files/{scan.pk}/?key=" not in shown(room, world.supporting_officer)


def test_the_address_opens(room: Room, world: World, papers):
    client = Client()
    client.force_login(world.beneficiary_officer)
    page = shown(room, world.beneficiary_officer)
    address = page.partition(f'href="/office/sheets/{room.sheet.pk}/files/')[2].partition('"')[0]
    answer = client.get(f"/office/sheets/{room.sheet.pk}/files/{address}".replace("&amp;", "&"))
    assert answer["Content-Type"] == "image/jpeg"


def test_a_cancelled_room_and_one_without_papers_show_nothing(room: Room, world: World):
    assert room.sheet
    assert shown(room, world.beneficiary_officer) == ""
    room.scan()
    deciding.cancel(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
    assert shown(room, world.beneficiary_officer) == ""


def test_it_takes_the_same_queries_however_many_rooms(
    room: Room, world: World, papers, django_assert_max_num_queries
):
    client = Client()
    client.force_login(world.supporting_officer)
    address = f"/office/sessions/{room.session.code}/evidence/"
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(address)
    for place in range(4):
        sheet = room.opened(site=f"会议室{place}")
        room.save(sheet=sheet)
        SheetFile.objects.create(
            sheet=sheet,
            kind="scan",
            sha256=f"{place:064x}",
            size_bytes=1,
            content_type="image/jpeg",
            uploaded_by=world.county_contact,
            uploaded_at=world.now,
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        page = client.get(address).content.decode()
    assert page.count("SHA-256 <code>") == 5
