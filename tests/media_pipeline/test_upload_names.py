"""Containers by their first bytes, and file names that are only ever shown."""

import pytest

from media_pipeline.uploads import rules


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\0\0\0\x18ftypmp42", "mp4"),
        (b"\0\0\0\x08wide", "mp4"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", None),
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\xff\xff\xff\xff", None),
        (b"\xff\xd8\xff\xe0", None),  # a JPEG
        ((b"G" + b"\xff" * 187) * 5, "mpeg-ts"),
        ((b"\0\0\0\0G" + b"\xff" * 187) * 5, "mpeg-ts"),
        (b"G" * 3 + b"IF89a" * 100, None),
        (b"\0\0\1\xba", "mpeg-ps"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "asf"),
        (b"", None),
    ],
)
def test_containers_are_known_by_their_first_bytes(head, container):
    assert rules.container_of(head) == container


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("医疗损害鉴定.mp4", "医疗损害鉴定.mp4"),
        ("C:\\Users\\chen\\课.mp4", "课.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202egpm.mp4\n", "abgpm.mp4"),
        ("", "recording"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_only_ever_shown(said, shown):
    assert rules.shown_name({"filename": said}) == shown
