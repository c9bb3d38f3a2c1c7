"""axe on every page that a lawyer, an expert, an officer, an administrator or a guest can reach by links.

Pages are found by following links, one of each kind, so that a page that is added is looked at too.
"""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(900)]

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Width, height and how large the text is. Nothing may scroll sideways in any of them; axe, which takes most of the time,
# looks at the two that have the least in common.
LOOKS = ((1366, 768, ""), (390, 844, ""), (390, 844, "big2"), (1366, 768, "big2"))
AXE_LOOKS = (LOOKS[0], LOOKS[2])
# Wagtail's own admin is not ours; signing out ends the visit.
NOT_OURS = ("/cms/", "/api/", "/media/", "/account/logout/", "/django-admin/")
NO_PAGE = (
    ".ics",
    ".pdf",
    ".jwt",
    ".json",
    ".txt",
    ".sig",
    ".pem",
    ".jpg",
    ".csv",
    ".xlsx",
    ".vtt",
    ".docx",
    ".zip",
    "/file/",
)
# What each role must at least have been shown, so that a walk that went astray does not pass.
MUST_SEE = {
    None: {
        "certificates:verify_form", "ledger:heads", "account_login", "people:activate", "people:activate_slip",
        "account_reset_password", "attendance:compat", "sessions:sessions", "public:lecturers",
    },
    "second": {
        "credits:my_hours", "credits:rules", "credits:entry", "credits:my_appeals", "credits:my_appeal",
        "credits:new_appeal", "certificates:year", "certificates:verify", "catalogue:my_learning",
        "people:settings", "attendance:downloads", "attendance:pack_player", "people:sessions", "mfa_index",
        "mfa_activate_totp", "mfa_add_webauthn", "account_email", "account_change_password",
    },
    "expert": {"catalogue:teach"},
    "colleague": {
        "quotas:todo", "credits:appeals", "credits:appeal", "credits:corrections", "credits:correction",
        "credits:entry", "credits:correction_new", "certificates:certificates", "certificates:certificate",
        "quotas:sessions",
    },
    "supporting": {"quotas:todo", "quotas:board", "quotas:sessions", "quotas:session", "catalogue:review"},
    "national": {"quotas:todo", "quotas:board"},
    "administrator": {"queue:queue", "manage:second_factor"},
}  # fmt: skip
STARTS = {
    None: (
        "/",
        "/lectures/?q=医疗纠纷",
        "/lectures/?q=没有这样的讲座",
        "/sessions/",
        "/lecturers/",
        "/news/",
        "/help/",
        "/about/",
        "/compat/",
        "/en/",
        "/verify/",
        "/verify/QC-2026-0000-0000/",
        "/account/activate/",
        "/no-such-page/",
        "/office/",
    ),
    "second": (
        "/",
        "/my/",
        "/my/hours/",
        "/my/appeals/",
        "/account/settings/",
        "/my/downloads/",
        "/my/downloads/play/",
    ),
    "expert": ("/", "/teach/", "/teach/new/"),
    "colleague": (
        "/office/",
        "/office/appeals/",
        "/office/corrections/",
        "/office/certificates/",
        "/my/hours/",
    ),
    "supporting": ("/office/", "/office/review/", "/office/sessions/", "/office/sessions/new/"),
    "national": ("/office/",),
    "administrator": ("/office/queue/", "/office/review/", "/manage/second-factor/"),
}
# So many pages of one kind are looked at.
OF_A_KIND = 1


def kind_of(path: str) -> tuple[str, ...]:
    """Return what kind of page an address is: the name of its view, and of a page of the tree its section."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return ("missing",)
    parts = [part for part in path.split("/") if part]
    if name in ("wagtail_serve", "") or ":" not in name:
        return (name, *parts[:1], str(len(parts)))
    return (name,)


def violations(page, look) -> list[str]:
    width, height, size = look
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("size => { document.documentElement.className = size ? 'big ' + size : '' }", size)
    found = look in AXE_LOOKS and page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map(each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | '))"
    )
    sideways = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return [*(found or []), *(["scrolls sideways"] if sideways else [])]


@pytest.mark.parametrize("who", list(STARTS), ids=lambda who: who or "guest")
def test_every_page_one_can_reach_has_no_violation(who, browse, hours_site):
    axe = AXE.read_text(encoding="utf-8")
    page = browse(who)
    waiting = [*STARTS[who], *([f"/my/hours/{hours_site.entries[0]}/"] if who == "colleague" else [])]
    seen: dict[tuple[str, ...], int] = {}
    # Each fault, and where it is seen.
    faults: dict[str, list[str]] = {}
    while waiting:
        path = waiting.pop(0)
        bare = urlsplit(path).path
        kind = kind_of(bare)
        if seen.get(kind, 0) >= OF_A_KIND or bare.startswith(NOT_OURS) or bare.endswith(NO_PAGE):
            continue
        answer = page.goto(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        landed = kind_of(urlsplit(page.url).path)
        if seen.get(landed, 0) >= OF_A_KIND and landed != kind:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        seen.setdefault(landed, 1)
        assert answer.status < 500, path
        page.evaluate(axe)
        for look in LOOKS:
            for fault in violations(page, look):
                faults.setdefault(fault, []).append(f"{path} {look}")
        links = page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
        for link in links:
            whole = urlsplit(urljoin(page.url, link))
            if whole.netloc == urlsplit(hours_site.url).netloc:
                waiting.append(whole.path + (f"?{whole.query}" if whole.query else ""))
    assert faults == {}
    assert MUST_SEE[who] - {kind[0] for kind in seen} == set()
