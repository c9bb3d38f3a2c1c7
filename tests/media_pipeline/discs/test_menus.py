"""Menus: every lecture and every chapter can be reached, and the scripts are what the tools accept."""

from xml.etree import ElementTree

import pytest
from PIL import Image

from media_pipeline.packaging.discs import drawing, menus
from media_pipeline.packaging.discs.titles import plans_of
from tests.media_pipeline.discs.discs import disc, lecture


def title(chapters: int = 3):
    marks = tuple((at * 20_000, f"第 {at} 页") for at in range(chapters))
    return plans_of(disc(lecture(chapters=marks)))[0].title


def every(pages):
    return [button for page in pages for button in page.buttons]


class TestRoot:
    def test_it_begins_with_all_and_leads_to_every_lecture(self):
        titles = [title(), title()]
        buttons = every(menus.root_pages(disc(), titles))
        assert buttons[0].text == "播放全部"
        assert buttons[0].does == "g0 = 1; jump title 1;"
        assert [button.does for button in buttons[1:]] == [
            "g0 = 0; jump titleset 1 menu;",
            "g0 = 0; jump titleset 2 menu;",
        ]

    def test_it_says_which_disc_it_is(self):
        (page,) = menus.root_pages(disc(serial="D-0099"), [title()])
        assert "D-0099" in page.subtitle

    def test_twenty_lectures_take_several_pages_that_lead_to_each_other(self):
        pages = menus.root_pages(disc(), [title()] * 20)
        assert len(pages) > 2
        assert sum(button.text[0].isdigit() for button in every(pages)) == 20
        assert "jump vmgm menu 2;" in [button.does for button in pages[0].buttons]
        assert "jump vmgm menu 1;" in [button.does for button in pages[1].buttons]


class TestLecture:
    @pytest.mark.parametrize("chapters", [1, 5, 6, 7, 30, 99])
    def test_every_chapter_has_a_button_and_every_page_a_way_back(self, chapters):
        pages = menus.lecture_pages(disc(), 1, title(chapters))
        wanted = {f"g0 = 0; jump title 1 chapter {number};" for number in range(1, chapters + 1)}
        assert wanted <= {button.does for button in every(pages)}
        assert all("返回主菜单" in [button.text for button in page.buttons] for page in pages)

    @pytest.mark.parametrize("chapters", [1, 6, 99])
    def test_buttons_stand_on_even_lines_apart_and_inside_the_picture(self, chapters):
        for page in menus.lecture_pages(disc(), 1, title(chapters)):
            boxes = [button.box for button in page.buttons]
            assert all(edge % 2 == 0 for box in boxes for edge in box)
            assert all(
                0 < left < right < menus.WIDTH and 0 < top < bottom < menus.HEIGHT
                for left, top, right, bottom in boxes
            )
            assert not any(
                a is not b and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
                for a in boxes
                for b in boxes
            )
            assert len(boxes) <= 36


class TestScripts:
    def test_names_that_a_script_would_misread_are_harmless(self):
        nasty = lecture(title='<vob file="/etc/passwd"/>&"', chapters=((0, "a<b"),))
        (plan,) = plans_of(disc(nasty))
        pages = [(page, 'x" y') for page in menus.lecture_pages(disc(nasty), 1, plan.title)]
        script = menus.authoring_script(pages, [(plan.title, pages, "title.mpg")])
        tree = ElementTree.fromstring(script)  # noqa: S314 (our own)
        assert [vob.get("file") for vob in tree.iter("vob")] == ['x" y', 'x" y', "title.mpg"]

    def test_menus_and_sound_say_that_they_are_chinese(self):
        tree = ElementTree.fromstring(  # noqa: S314 (our own)
            menus.authoring_script([], [(title(), [], "1.mpg"), (title(), [], "2.mpg")])
        )
        assert {menu.get("lang") for menu in tree.iter("menus")} == {"zh"}
        assert {sound.get("lang") for sound in tree.iter("audio")} == {"zh"}

    def test_marks_of_a_button_have_one_colour_and_no_half_tones(self, tmp_path):
        (page,) = menus.root_pages(disc(), [title()])
        drawn = drawing.draw_page(page, tmp_path, "root")
        for path in (drawn.marked, drawn.pressed):
            with Image.open(path) as image:
                assert len(image.getcolors() or []) == 2


class TestDrawing:
    def test_a_long_title_is_cut_with_an_ellipsis(self):
        face = drawing.font(30)
        cut = drawing.fitted("医疗损害责任纠纷" * 20, face, 400)
        assert cut.endswith("…")
        assert face.getlength(cut) <= 400

    def test_the_card_of_a_code_stays_where_televisions_show_it_and_leaves_the_rest_clear(self, tmp_path):
        drawing.draw_code("47110382", number=2, serial="D-0057", path=tmp_path / "code.png")
        with Image.open(tmp_path / "code.png") as image:
            left, top, right, bottom = image.getchannel("A").getbbox() or (0, 0, 0, 0)
            assert image.size == (720, 576)
        assert left > 36
        assert right < 720 - 28
        assert top > 28
        assert bottom < 576 // 2
