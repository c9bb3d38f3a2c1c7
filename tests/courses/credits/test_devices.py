"""What a watch record calls a device."""

import pytest
from django.utils import translation

from courses.credits.devices import device_words

WINDOWS_7 = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.40"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS_7, "Chrome · Windows 7"),
        (PHONE, "微信 · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0", "Firefox · Linux"),
        ("some player", "some player"),
        ("", ""),
    ],
)
def test_a_device_is_named_by_browser_and_system(user_agent: str, words: str) -> None:
    with translation.override("zh-hans"):
        assert device_words(user_agent) == words
