"""The rule of the drawing, and the program with which anybody draws again."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.spot_checks import draw
from qianchang.groundwork import tables
from tests.world import full_width

codes = st.lists(
    st.text(alphabet="桂滇藏新0123456789-XWDT", min_size=1, max_size=12), min_size=1, max_size=40, unique=True
)
seeds = st.text(alphabet="SC-0123456789:", min_size=1, max_size=40)


class TestTheRule:
    @given(codes, seeds, st.data())
    def test_a_sample_is_of_the_list_without_repeats_and_as_large_as_announced(self, listed, seed, data):
        size = data.draw(st.integers(1, len(listed)))
        drawn = draw.sample(seed, listed, size)
        assert len(drawn) == len(set(drawn)) == size
        assert set(drawn) <= set(listed)

    @given(codes, seeds, st.randoms())
    def test_the_order_of_the_list_makes_no_difference(self, listed, seed, random):
        shuffled = list(listed)
        random.shuffle(shuffled)
        assert draw.sample(seed, shuffled, len(listed)) == draw.sample(seed, listed, len(listed))

    @given(codes, seeds, st.data())
    def test_a_larger_sample_begins_with_the_smaller_one(self, listed, seed, data):
        size = data.draw(st.integers(1, len(listed)))
        assert draw.sample(seed, listed, len(listed))[:size] == draw.sample(seed, listed, size)

    def test_it_is_what_a_person_with_sha256_works_out(self):
        seed, listed = "SC-2026-001:03081522273109", ["桂26-X-0001", "桂26-X-0002", "桂26-X-0003"]
        by_hand = {hashlib.sha256(f"{seed}|{code}".encode()).hexdigest(): code for code in listed}
        assert draw.sample(seed, listed, 3) == [by_hand[digest] for digest in sorted(by_hand)]
        # Written down once, so that the rule cannot change unseen.
        assert draw.rank_of(seed, "桂26-X-0001").startswith("adf1e96b6995762b")

    def test_two_checks_on_one_public_number_draw_apart(self):
        listed = [f"桂26-X-{number:04d}" for number in range(60)]
        first = draw.sample(draw.seed_of("SC-2026-001", "03081522273109"), listed, 10)
        second = draw.sample(draw.seed_of("SC-2026-002", "03081522273109"), listed, 10)
        assert first != second

    @pytest.mark.parametrize("size", [0, -1, 4])
    def test_a_size_that_the_list_does_not_have_is_refused(self, size):
        with pytest.raises(draw.UnusableFrame):
            draw.sample("1", ["a", "b", "c"], size)

    def test_a_code_that_stands_twice_is_refused(self):
        with pytest.raises(draw.UnusableFrame):
            draw.sample("1", ["a", "a"], 1)

    @pytest.mark.parametrize(
        ("typed", "digits"),
        [
            ("03 08 15 22 27 31 + 09", "03081522273109"),
            (full_width("03") + "\u3000" + full_width("08"), "0308"),
            ("3925.4567 点", "39254567"),
            ("没有", ""),
            ("①②", "12"),
        ],
    )
    def test_only_the_digits_of_a_number_count(self, typed, digits):
        assert draw.digits_of(typed) == digits


class TestTheProgram:
    LISTED = ("桂26-X-0001", "桂26-X-0002", "桂26-X-0003")
    SEED = "SC-2026-001:03081522273109"

    @pytest.fixture
    def frame(self, tmp_path: Path) -> Path:
        path = tmp_path / "SC-2026-001.csv"
        path.write_bytes(tables.as_csv(["code", "mode"], [[code, "onsite"] for code in self.LISTED]))
        return path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Alone in a folder of its own and without site packages: nothing of the platform can help it.
        command = [sys.executable, "-I", "-S", "-X", "utf8", draw.__file__, *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    def test_it_draws_the_same_without_the_platform(self, frame):
        done = self.run(self.SEED, str(frame), "2")
        assert done.returncode == 0, done.stderr
        first, *drawn = done.stdout.splitlines()
        assert first == f"SHA-256 {hashlib.sha256(frame.read_bytes()).hexdigest()}"
        assert [line.split()[1] for line in drawn] == draw.sample(self.SEED, self.LISTED, 2)

    @pytest.mark.parametrize(
        ("content", "size", "why"),
        [
            (b"number,mode\n1,onsite\n", "1", "no column named code"),
            (b"\xff\xfe\x00", "1", "no CSV in UTF-8"),
            (b"code\na\n", "2", "2 cannot be drawn from 1"),
            (b"code\na\na\n", "1", "twice"),
        ],
    )
    def test_a_list_that_cannot_be_drawn_from_is_refused_with_a_reason(self, frame, content, size, why):
        frame.write_bytes(content)
        done = self.run(self.SEED, str(frame), size)
        assert done.returncode == 1
        assert why in done.stderr

    def test_it_says_how_it_is_used(self, frame, tmp_path):
        assert self.run("1").returncode == 2
        assert self.run(self.SEED, str(frame), "two").returncode == 2
        assert self.run(self.SEED, str(tmp_path / "no.csv"), "1").returncode == 1
