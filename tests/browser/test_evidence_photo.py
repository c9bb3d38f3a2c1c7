"""Photos of a session: made small in the browser before they are sent, and taken as they are where no script runs."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

FIND = """
from courses.schedule.models import TrainingSession
print("CODE", TrainingSession.objects.get(mode__code="onsite").code)
"""
KEPT = 300_000


@pytest.fixture(scope="module")
def page_of(hours_site):
    return f"/office/sessions/{hours_site.shell(FIND).split('CODE ')[1].strip()}/evidence/"


def telephone_photo(seed):
    """A photo of twelve megapixels, as a telephone makes it: several times what may be sent."""
    out = io.BytesIO()
    grain = Image.effect_noise((1000, 750), 30 + seed).convert("RGB")
    grain.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    assert out.tell() > 2 * KEPT
    return {"name": f"IMG_{seed}.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_photos_are_small_before_they_are_sent(browse, page_of):
    desk = browse("supporting")
    sent = []
    desk.on("request", lambda asked: sent.append(asked) if asked.method == "POST" else None)
    desk.goto(page_of)
    before = desk.locator("#photo ul.pp > li").count()
    desk.set_input_files("#file-photo", [telephone_photo(1), telephone_photo(2)])
    desk.click("#photo form[data-shrink] >> nth=-1 >> button")
    expect(desk.locator("#photo .tag.ok")).to_have_text(str(before + 2), timeout=30_000)
    length = int(sent[0].all_headers()["content-length"])
    assert 0 < length <= 2 * KEPT + 4096


def test_without_a_script_the_server_makes_them_small(browse, page_of):
    desk = browse("supporting", java_script_enabled=False)
    desk.goto(page_of)
    before = desk.locator("#photo ul.pp > li").count()
    desk.set_input_files("#file-photo", [telephone_photo(3)])
    desk.click("#photo form[data-shrink] >> nth=-1 >> button")
    expect(desk.locator("#photo ul.pp > li")).to_have_count(before + 1, timeout=30_000)
    address = desk.locator("#photo ul.pp > li a").last.get_attribute("href")
    kept = desk.request.get(address)
    assert kept.ok
    assert len(kept.body()) <= KEPT
    assert max(Image.open(io.BytesIO(kept.body())).size) <= 1600
