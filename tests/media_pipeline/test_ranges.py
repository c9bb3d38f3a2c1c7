"""Byte ranges: exactly the bytes that were asked for."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.delivery.ranges import ByteRange, RangeNotSatisfiable, blocks, parse_range


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", ByteRange(0, 99)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("bytes=90-1000", ByteRange(90, 99)),
        ("bytes=-10", ByteRange(90, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),  # digits of another script are none
    ],
)
def test_a_header_of_a_file_of_100_bytes(header, chosen):
    assert parse_range(header, 100) == chosen


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header):
    with pytest.raises(RangeNotSatisfiable):
        parse_range(header, 100)


@given(st.binary(min_size=1, max_size=300_000), st.data())
def test_the_bytes_are_those_of_the_range(content, data):
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, len(content) - 1))
    source = io.BytesIO(content)
    assert b"".join(blocks(source, ByteRange(first, last))) == content[first : last + 1]
    assert source.closed
