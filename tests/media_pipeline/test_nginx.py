"""The nginx that is shipped, as a real server: it sends the bytes, and checks links by itself."""

import http.client
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from media_pipeline import api
from media_pipeline.recordings import files
from tests.media_pipeline import factories
from tests.media_pipeline.nginx import TEMPLATE, Nginx
from tests.media_pipeline.viewing import CONTENT, InThread, cookie_of

pytestmark = pytest.mark.stack
SECRET = "shared-with-nginx"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


Ask = Callable[..., Answer]


@pytest.fixture
def site(released) -> Iterator[InThread]:
    """The site behind nginx."""
    running = InThread()
    yield running
    running.stop()


@pytest.fixture
def served(site, settings, tmp_path, released) -> Iterator[Nginx]:
    """nginx before the real view, with the recordings of this test."""
    settings.MEDIA_ACCEL_PREFIX = "/internal-media/"
    settings.MEDIA_SIGNED_SECRET = SECRET
    static = tmp_path / "static"
    static.mkdir()
    (static / "player.0123456789ab.js").write_text("export {};")
    (static / "robots.txt").write_text("User-agent: *")
    with Nginx(tmp_path / "nginx", web=site.place, state=tmp_path, secret=SECRET) as server:
        yield server


@pytest.fixture
def ask(served, released) -> Ask:
    """Return a function that asks nginx for exactly this address, as the lawyer unless told otherwise."""
    own = f"qc_viewer={cookie_of(released, timezone.now())}"

    def send(
        address: str,
        *,
        method: str = "GET",
        cookie: str | None = own,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, address, body=body, headers=sent | ({"Cookie": cookie} if cookie else {}))
        answer = line.getresponse()
        found = Answer(answer.status, answer.getheaders(), answer.read())
        line.close()
        return found

    return send


@pytest.fixture
def now_links(served, released, recording) -> dict[str, str]:
    """The lawyer's addresses as of now: nginx has no other clock."""
    return api.playback_links(recording.pk, viewer_id=released.pk, at=timezone.now())


@pytest.fixture
def through_django(served, released, recording, settings) -> dict[str, str]:
    """The same without links that nginx checks: each request is checked by the view and sent by nginx."""
    settings.MEDIA_SIGNED_SECRET = ""
    return api.playback_links(recording.pk, viewer_id=released.pk, at=timezone.now())


@pytest.mark.parametrize("links_of", ["now_links", "through_django"])
def test_ranges_heads_and_whole_files(links_of, ask, request):
    links = request.getfixturevalue(links_of)
    part = ask(links["light"], Range="bytes=1000-1999", Accept_Encoding="gzip")
    assert (part.status, part.body) == (206, CONTENT[1000:2000])
    assert part.all("Content-Range") == [f"bytes 1000-1999/{len(CONTENT)}"]
    assert part.all("Content-Type") == ["video/mp4"]
    assert not part.all("Content-Encoding")
    end = ask(links["light"], Range="bytes=-7")
    assert (end.status, end.body) == (206, CONTENT[-7:])
    behind = ask(links["light"], Range=f"bytes={len(CONTENT)}-")
    assert (behind.status, behind.all("Content-Range")) == (416, [f"bytes */{len(CONTENT)}"])
    whole = ask(links["light"])
    assert (whole.status, whole.body, whole.all("Accept-Ranges")) == (200, CONTENT, ["bytes"])
    head = ask(links["light"], method="HEAD")
    assert (head.status, head.all("Content-Length"), head.body) == (200, [str(len(CONTENT))], b"")


@pytest.mark.parametrize("links_of", ["now_links", "through_django"])
def test_a_file_is_private_tagged_and_says_everything_once(links_of, ask, request):
    answer = ask(request.getfixturevalue(links_of)["light"])
    assert answer.all("Cache-Control")[0].startswith("private, max-age=")
    for name in ("Cache-Control", "ETag", "Content-Type", "X-Content-Type-Options", "Accept-Ranges"):
        assert len(answer.all(name)) == 1, name
    assert not answer.all("X-Accel-Redirect")
    # a browser that has it is told so, and one that has another one gets all of it
    tag = answer.all("ETag")[0]
    assert ask(request.getfixturevalue(links_of)["light"], If_None_Match=tag).status == 304
    other = ask(request.getfixturevalue(links_of)["light"], Range="bytes=0-9", If_Range='"other"')
    assert (other.status, len(other.body)) == (200, len(CONTENT))


def test_links_that_nginx_checks_never_reach_python(now_links, ask, site):
    """The web server may be gone: what was handed out plays on."""
    site.stop()
    assert ask(now_links["light"], Range="bytes=0-9").status == 206
    assert ask(now_links["hls"]).status == 502


def test_sound_through_the_view_is_called_sound(through_django, ask):
    assert ask(through_django["audio"]).all("Content-Type") == ["audio/mp4"]


def test_slides_and_storyboard_under_nginx_own_signature(now_links, ask, recording, released, tmp_path):
    for name in (files.slide_name(recording.public_id, 1, 12), files.storyboard_name(recording.public_id, 1)):
        made = tmp_path / "made"
        made.write_bytes(CONTENT)
        files.keep(made, name)
    prefix = now_links["light"].removesuffix("light.mp4")
    for name in ("slide-12.webp", "storyboard.webp"):
        answer = ask(prefix + name)
        assert (answer.status, answer.all("Content-Type"), answer.body) == (200, ["image/webp"], CONTENT)


class TestAbuse:
    """Everything that is wrong with a link that nginx checks is a 403, and gives away no byte."""

    @staticmethod
    def parts(links):
        _empty, _media, _signed, md5, expires, public_id, fence, file = links["light"].split("/")
        return md5, expires, public_id, fence, file

    def refused(self, ask, address, allowed=(403,), **how):
        for method in ("GET", "HEAD"):
            for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=-5"}):
                answer = ask(address, method=method, **how, **headers)
                assert answer.status in allowed, (method, headers, address, answer.status)
                assert CONTENT[:5] not in answer.body
        return True

    def test_anonymous_and_other_viewers(self, now_links, ask, world):
        others = cookie_of(world.supporting_officer, timezone.now())
        own = cookie_of(world.county_account, timezone.now())
        cookies = [None, "qc_viewer=", "qc_viewer", f"qc_viewer={others}", f"qc_viewer={own}x", f"qc_other={own}",
                   f"qc_viewer={own.partition(':')[0]}"]  # fmt: skip
        for cookie in cookies:
            assert self.refused(ask, now_links["light"], cookie=cookie), cookie

    def test_expired(self, served, ask, released, recording, settings):
        with time_machine.travel(
            timezone.now() - timezone.timedelta(seconds=settings.MEDIA_LINK_SECONDS + 900)
        ):
            old = api.playback_links(recording.pk, viewer_id=released.pk, at=timezone.now())
        assert self.refused(ask, old["light"])

    def test_another_lecture_another_fence_another_time(self, now_links, ask, world):
        md5, expires, public_id, fence, file = self.parts(now_links)
        other = factories.received(world.expert, at=world.now).public_id
        tampered = [
            (md5, expires, other, fence, file),
            (md5, expires, public_id, "2", file),
            (md5, str(int(expires) + 900), public_id, fence, file),
            (md5, "9999999999", public_id, fence, file),
            (("A" if md5[0] != "A" else "B") + md5[1:], expires, public_id, fence, file),
            (md5.swapcase(), expires, public_id, fence, file),
            ("A" * 22, expires, public_id, fence, file),
        ]
        for parts in tampered:
            assert self.refused(ask, "/media/signed/" + "/".join(map(str, parts))), parts

    def test_path_tricks(self, now_links, ask, recording, tmp_path):
        # given an original, chunks and a secret beside the modes
        for name in (files.original_name(recording.public_id),
                     files.chunk_name(recording.public_id, 1, 0, 1, "light")):  # fmt: skip
            made = tmp_path / "made"
            made.write_bytes(CONTENT)
            files.keep(made, name)
        base = now_links["light"].removesuffix("light.mp4")
        tricks = [
            "../original", "..%2foriginal", "%2e%2e/original", "..%2Foriginal", "original", "light.mp4/",
            "light.mp4%00", "light.mp4%00.webp", "light.mp4/../../original", "../parts/1/0/1/light.mp4",
            "..%2fparts%2f1%2f0%2f1%2flight.mp4", "..%5c..%5coriginal", "%252e%252e/original", "slide-.webp",
            "LIGHT.mp4", ".mp4", "light", "light.mp4.bak", "../../../qianchang.sqlite3", "light.mp4;.webp",
            "slide-1.webp%0a",
        ]  # fmt: skip
        for trick in tricks:
            assert self.refused(ask, base + trick, allowed=(400, 403, 404)), trick

    def test_the_internal_place_is_internal(self, served, ask, recording):
        for name in (
            f"{recording.public_id}/1/light.mp4",
            f"{recording.public_id}/original",
            "../qianchang.sqlite3",
        ):
            assert self.refused(ask, f"/internal-media/{name}", allowed=(400, 404))

    def test_without_a_secret_nginx_does_not_start(self, tmp_path):
        """It would believe everybody who signs with none."""
        with (
            pytest.raises(AssertionError, match="map"),
            Nginx(tmp_path, web="127.0.0.1:9", state=tmp_path, secret=""),
        ):
            pass

    def test_the_view_behind_nginx_refuses_as_it_does_alone(self, through_django, ask, world):
        assert self.refused(ask, through_django["light"], cookie=None)
        others = cookie_of(world.supporting_officer, timezone.now())
        assert self.refused(ask, through_django["light"], cookie=f"qc_viewer={others}")
        for trick in ("..%2foriginal", "../original", "original", "light.mp4%00"):
            assert self.refused(
                ask, through_django["light"].replace("light.mp4", trick), allowed=(400, 403, 404)
            )


def test_static_files_come_from_nginx_and_hashed_ones_stay_in_the_browser(served, ask, site):
    site.stop()
    hashed, plain = ask("/static/player.0123456789ab.js"), ask("/static/robots.txt")
    assert hashed.all("Cache-Control") == ["public, max-age=31536000, immutable"]
    assert plain.all("Cache-Control") == ["public, max-age=3600"]
    assert hashed.all("X-Content-Type-Options") == plain.all("X-Content-Type-Options") == ["nosniff"]


def test_no_static_address_leads_out_of_the_folder(served, ask, tmp_path):
    (tmp_path / "secret-key").write_text("the key of the site")
    for trick in (
        "../secret-key",
        "..%2fsecret-key",
        "%2e%2e/secret-key",
        "..%5csecret-key",
        "x/../../secret-key",
    ):
        answer = ask(f"/static/{trick}")
        assert answer.status in (400, 404), trick
        assert b"the key" not in answer.body


def test_pages_have_each_security_header_once(served, ask):
    page = ask("/account/login/")
    assert page.status == 200
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy"):
        assert len(page.all(name)) == 1, name


def test_an_upload_larger_than_a_page_may_be_reaches_the_view(served, ask):
    """Anonymous, so it is refused by the view; nginx itself would have said 413."""
    body = bytes(26 * 1024 * 1024)
    assert ask("/account/login/", method="POST", body=body).status == 413
    assert ask("/api/v1/uploads/", method="POST", body=body, cookie=None).status in (401, 403)


def test_the_template_has_no_other_places_than_it_says():
    """envsubst fills in these five; a sixth would stay as it is and break the start."""
    names = set(string.Template(TEMPLATE.read_text()).get_identifiers())
    assert {name for name in names if name.isupper()} == {
        "QC_LISTEN",
        "QC_NAME",
        "QC_WEB",
        "QC_STATE",
        "QC_SECRET",
    }
    assert Path(TEMPLATE).name == "qianchang.conf"
