"""Chinese first, English by switch."""

from django.test import Client
from django.urls import reverse


def language_of(client: Client, path: str, **headers: str) -> str:
    return client.get(path, headers=headers).headers["Content-Language"]


def test_a_page_is_chinese_whatever_the_browser_prefers(client: Client, db: None) -> None:
    assert language_of(client, reverse("people:settings"), accept_language="en") == "zh-hans"


def test_after_the_switch_pages_without_a_prefix_are_english(client: Client, db: None) -> None:
    client.post(reverse("set_language"), {"language": "en", "next": reverse("people:settings")})

    assert language_of(client, reverse("people:settings")) == "en"
    assert "Text size" in client.get(reverse("people:settings")).content.decode()


def test_the_address_of_a_chinese_page_leads_to_its_english_twin(client: Client, db: None) -> None:
    client.cookies["django_language"] = "en"

    answer = client.get("/lectures/?q=land")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/lectures/?q=land")


def test_the_switch_leads_back(client: Client, db: None) -> None:
    for language in ("en", "zh-hans"):
        client.post(reverse("set_language"), {"language": language, "next": reverse("people:settings")})

    assert language_of(client, reverse("people:settings")) == "zh-hans"


def test_a_cookie_of_nonsense_means_chinese(client: Client, db: None) -> None:
    client.cookies["django_language"] = "../etc"

    assert language_of(client, reverse("people:settings")) == "zh-hans"


def test_the_prefix_is_english_without_any_switch(client: Client, db: None) -> None:
    assert language_of(client, "/en/no-such-page/") == "en"


def test_pages_are_kept_apart_by_the_cookie(client: Client, db: None) -> None:
    assert "Cookie" in client.get(reverse("people:settings")).headers["Vary"]
