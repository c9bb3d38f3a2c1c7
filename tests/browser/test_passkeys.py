"""A passkey in Chromium, with an authenticator of its own: added, and asked for at the next sign-in. All of it under the
site's content security policy, which allows no script in a page.
"""

import re

import pytest

from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

OFFICER = "huang.zhuanyuan"


@pytest.fixture
def page(hours_site, chromium):
    """A guest's page on the name `localhost`: browsers give no passkey to a bare address."""
    context = chromium.new_context(
        locale="zh-CN", base_url=re.sub(r"127\.0\.0\.1", "localhost", hours_site.url)
    )
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def authenticator(page):
    """The fingerprint reader of this computer, played by Chromium."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    return made["authenticatorId"]


def sign_in(page, who: str = OFFICER) -> None:
    page.goto("/account/login/")
    page.fill("#id_login", who)
    page.fill("#id_password", World.PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_load_state()


def test_a_passkey_is_added_and_then_asked_for_after_the_password(page, authenticator) -> None:
    sign_in(page)
    page.goto("/account/2fa/webauthn/add/")
    page.fill("#id_name", "办公室电脑")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/account/2fa/recovery-codes/")
    assert page.locator("main li").count() == 10

    page.context.clear_cookies()
    sign_in(page)
    assert page.url.endswith("/account/2fa/authenticate/")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(lambda address: "/2fa/" not in address)

    page.goto("/account/2fa/webauthn/")
    assert "办公室电脑" in page.inner_text("main")


def test_a_browser_without_passkeys_says_so_and_has_no_dead_button(page) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    sign_in(page, "liang.mishu")

    page.goto("/account/2fa/webauthn/add/")

    assert page.is_visible("#passkey-none")
    assert page.is_disabled("#mfa_webauthn_add")
