"""Reading fragmented MP4: what is right is read exactly, what is not is Malformed and nothing else."""

import io
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.packaging import boxes
from media_pipeline.packaging.inspect import packaged
from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.transcoding import encode
from media_pipeline.transcoding.chunks import spans
from media_pipeline.transcoding.ladder import GOP_SECONDS, SLIDES, ladder_for
from tests.media_pipeline import factories

REFERENCES = st.lists(
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1), st.booleans()), max_size=50
)


def sidx(version, timescale, earliest, first_offset, references):
    body = bytes([version, 0, 0, 0]) + struct.pack(">II", 1, timescale)
    body += struct.pack(">QQ" if version else ">II", earliest, first_offset) + struct.pack(
        ">HH", 0, len(references)
    )
    for size, duration, key in references:
        body += struct.pack(">III", size, duration, (int(key) << 31) | (int(key) << 28))
    return body


@given(
    st.integers(0, 1),
    st.integers(1, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    REFERENCES,
)
def test_an_index_is_read_as_it_was_written(version, timescale, earliest, first_offset, references):
    index = boxes.parse_sidx(sidx(version, timescale, earliest, first_offset, references))
    assert (index.timescale, index.earliest, index.first_offset) == (timescale, earliest, first_offset)
    assert [(one.size, one.duration, one.starts_with_key) for one in index.references] == references
    ranges = index.ranges(1000)
    assert all(offset + size == after for (offset, size), (after, _) in pairwise(ranges))
    assert not ranges or ranges[0][0] == 1000 + first_offset


@given(REFERENCES.filter(bool), st.data())
def test_a_cut_index_is_malformed(references, data):
    whole = sidx(0, 1000, 0, 0, references)
    with pytest.raises(boxes.Malformed):
        boxes.parse_sidx(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(max_size=300))
def test_any_bytes_are_boxes_or_malformed(noise):
    try:
        found = boxes.top_level(io.BytesIO(noise))
        boxes.fragments(io.BytesIO(noise), found)
        boxes.tracks(noise)
    except boxes.Malformed:
        return
    assert sum(box.size for box in found) == len(noise)


@pytest.fixture(scope="module")
def light(tmp_path_factory):
    """A real light rendition of 26 seconds, joined of two chunks: three segments."""
    folder = tmp_path_factory.mktemp("light")
    source = factories.lecture(folder / "source.mp4", 26, "320x180", "10")
    facts = encode.probe(source, folder=folder, cancelled=lambda: False)
    timeline = encode.measure(source, facts, folder=folder, cancelled=lambda: False)
    encode.make_sound(source, facts, timeline, opus=folder / "opus.mp4", aac=folder / "aac.mp4",
                      on_percent=lambda _: None, cancelled=lambda: False)  # fmt: skip
    step = ladder_for(SLIDES, 320, 180)[0]
    parts = []
    for number, span in enumerate(spans(timeline.duration_ms, facts.demuxer, chunk_seconds=GOP_SECONDS)):
        (folder / str(number)).mkdir()
        made = encode.make_chunk(source, facts, timeline, span, [step], folder=folder / str(number),
                                 on_percent=lambda _: None, cancelled=lambda: False)  # fmt: skip
        parts.append(made["light"])
    output = folder / "light.mp4"
    encode.join(parts, folder / "opus.mp4", output, step, timeline, cancelled=lambda: False)
    return output


def inspect(path, expected_ms=26_000, gop_ms=GOP_SECONDS * 1000):
    return packaged(
        path, file="light.mp4", expected_ms=expected_ms, tolerance_ms=2000, pictured=True, gop_ms=gop_ms
    )


@pytest.mark.media
def test_a_rendition_is_measured_as_it_is(light):
    found = inspect(light)
    assert [round(segment.duration_ms) for segment in found.segments] == [12_000, 12_000, 2_000]
    assert (found.width, found.height, found.frame_rate) == (320, 180, 5)
    video, sound = found.codecs.split(",")
    assert video.startswith("avc1.64")
    assert sound == "opus"
    assert found.segments[-1].offset + found.segments[-1].size == found.size_bytes
    assert encode.decode(light, cancelled=lambda: False) == 3


@pytest.mark.media
def test_sound_and_picture_stand_beside_each_other(light):
    # given a fragment of twelve seconds, a player must not fetch all of it before it hears anything
    with light.open("rb") as source:
        layout = boxes.top_level(source)
        first = next(box for box in layout if box.kind == b"moof")
        assert boxes.content(source, first).count(b"trun") > 20


@pytest.mark.media
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_rendition_that_a_full_disk_cut_is_not_published(light, tmp_path, share):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(light.read_bytes()[: int(light.stat().st_size * share)])
    with pytest.raises(StageFailed) as failure:
        inspect(cut)
    assert failure.value.code == Failure.OUTPUT_WRONG


@pytest.mark.media
def test_a_rendition_of_another_length_is_not_published(light):
    with pytest.raises(StageFailed):
        inspect(light, expected_ms=30_000)


@pytest.mark.media
def test_a_hole_of_zeros_is_not_published(light, tmp_path):
    holed, whole = tmp_path / "holed.mp4", bytearray(light.read_bytes())
    middle = inspect(light).segments[1]
    whole[middle.offset : middle.offset + middle.size] = bytes(middle.size)
    holed.write_bytes(whole)
    with pytest.raises(StageFailed):
        inspect(holed)


@pytest.mark.media
def test_segments_that_do_not_stand_on_the_grid_are_not_published(light):
    with pytest.raises(StageFailed, match="segment 0"):
        inspect(light, gop_ms=6000)


@pytest.mark.media
def test_a_segment_that_begins_in_the_middle_of_a_group_is_not_published(light, tmp_path):
    # given a fragment whose first sample says that it needs another one
    with light.open("rb") as source:
        layout = boxes.top_level(source)
        second = [box for box in layout if box.kind == b"moof"][1]
    lied, content = tmp_path / "lied.mp4", bytearray(light.read_bytes())
    place = content.index(b"trun", second.offset)
    assert int.from_bytes(content[place + 5 : place + 8], "big") & 0x4
    struct.pack_into(">I", content, place + 16, 0x01010000)
    lied.write_bytes(content)
    with pytest.raises(StageFailed, match="without a key picture"):
        inspect(lied)


@given(st.binary(max_size=60), st.sampled_from([b"tfhd", b"trun", b"tfdt"]))
def test_any_fragment_is_read_or_malformed(noise, kind):
    leaf = struct.pack(">I4s", 8 + len(noise), kind) + noise
    traf = struct.pack(">I4s", 8 + len(leaf), b"traf") + leaf
    moof = struct.pack(">I4s", 8 + len(traf), b"moof") + traf + struct.pack(">I4s", 8, b"mdat")
    source = io.BytesIO(moof)
    try:
        (found,) = boxes.fragments(source, boxes.top_level(source))
    except boxes.Malformed:
        return
    assert found.size == len(moof)
