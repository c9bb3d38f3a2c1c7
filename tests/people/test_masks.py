"""What lists show of what only a few may see whole."""

import pytest

from qianchang.people import masks


@pytest.mark.parametrize(
    ("number", "shown"), [("14510201811223344", "14510****23344"), ("1451", "****"), ("", "")]
)
def test_a_licence_number_shows_its_ends(number, shown):
    assert masks.masked_licence_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        (" 13812345678 ", "138****5678"),
        ("0776-2853344", "077****3344"),
        ("2853344", "****44"),
        ("110", "****"),
        ("", ""),
    ],
)
def test_a_phone_shows_its_ends(phone, shown):
    assert masks.masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("wei.xiaolan@example.cn", "w****@example.cn"),
        ("@example.cn", "****@example.cn"),
        ("no address", "****"),
        ("", ""),
    ],
)
def test_an_address_shows_its_host(address, shown):
    assert masks.masked_email(address) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("韦晓岚", "韦*岚"), ("李明", "李*"), ("欧阳晓岚", "欧**岚"), ("李", "李"), ("", "")]
)
def test_a_name_is_shown_in_part(name, shown):
    assert masks.masked_name(name) == shown
