"""The exact argument lists, so that a change of the graph library or of a setting is seen."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from media_pipeline.transcoding import commands
from media_pipeline.transcoding.chunks import Span
from media_pipeline.transcoding.ladder import SLIDES, ladder_for
from media_pipeline.transcoding.rules import DECODERS, Source, SourcePicture, Timeline

FACTS = Source("mov", 600_000, 1, SourcePicture(0, 1920, 1080, interlaced=False))
TIMELINE = Timeline(600_000, 600_000, 600_000)
SOURCE = Path("/work-dir/original")
SECOND = Span(300_000, 600_000)


def steps():
    return [commands.Output(step, Path(f"/w/{step.mode}.mp4")) for step in ladder_for(SLIDES, 1920, 1080)]


def graph_of(command):
    return command[command.index("-filter_complex") + 1]


ALLOWED = [
    "-analyzeduration", "10M", "-codec_whitelist", ",".join(DECODERS), "-format_whitelist", "mov",
    "-max_pixels", "9437184", "-max_streams", "16",
]  # fmt: skip
TAIL = [
    "-hide_banner",
    "-nostdin",
    "-nostats",
    "-v",
    "info",
    "-max_alloc",
    "536870912",
    "-progress",
    "pipe:1",
    "-y",
]
FLAGS = "+empty_moov+default_base_moof+global_sidx+delay_moov+skip_trailer"
BARE = ["-map_chapters", "-1", "-map_metadata", "-1"]


def test_all_pictures_of_a_chunk_come_from_one_decode():
    made = commands.chunk(SOURCE, FACTS, TIMELINE, SECOND, steps())
    graph = (
        "[0:0]fps=fps=25:start_time=0[s0];[s0]tpad=stop_duration=2.0:stop_mode=clone[s1];"
        "[s1]scale=1920:1080:flags=lanczos[s2];[s2]setsar=1[s3];[s3]format=yuv420p[s4];[s4]split=2[s5][s6];"
        "[s6]fps=fps=25/2[s7];[s7]scale=1280:720:flags=bicubic[s8];[s8]setsar=1[s9];[s9]format=yuv420p[s10];"
        "[s10]split=2[s11][s12];[s12]fps=fps=5[s13];[s13]scale=1280:720:flags=bicubic[s14];[s14]setsar=1[s15];"
        "[s15]format=yuv420p[s16]"
    )
    closed = ["-flags", "+cgop"]
    assert made == [
        "ffmpeg", *ALLOWED, "-noaccurate_seek", "-probesize", "20M", "-protocol_whitelist", "file,pipe", "-ss", "300",
        "-i", "file:/work-dir/original", "-filter_complex", graph,
        "-map", "[s5]", "-f", "mp4", "-bf", "4", "-bufsize", "3840k", "-c:v", "libx264", "-crf", "24", *closed, "-g", "300",
        "-keyint_min", "300", *BARE, "-maxrate", "320k", "-preset", "superfast", "-profile:v", "high", "-sc_threshold", "0",
        "-t", "300.0", "-x264-params", "mbtree=1:rc-lookahead=10:weightp=0", "file:/w/clear.mp4",
        "-map", "[s11]", "-f", "mp4", "-bf", "0", "-bufsize", "1656k", "-c:v", "libx264", "-crf", "29", *closed, "-g", "150",
        "-keyint_min", "150", *BARE, "-maxrate", "138k", "-preset", "veryfast", "-profile:v", "high", "-sc_threshold", "0",
        "-t", "300.0", "file:/w/standard.mp4",
        "-map", "[s16]", "-f", "mp4", "-bf", "0", "-bufsize", "516k", "-c:v", "libx264", "-crf", "36", *closed, "-g", "60",
        "-keyint_min", "60", *BARE, "-maxrate", "43k", "-preset", "veryfast", "-profile:v", "high", "-sc_threshold", "0",
        "-t", "300.0", "file:/w/light.mp4", *TAIL,
    ]  # fmt: skip


def test_the_first_chunk_seeks_nothing_and_draws_nothing_out():
    made = commands.chunk(SOURCE, FACTS, TIMELINE, Span(0, 300_000), steps())
    assert "-ss" not in made
    assert "tpad" not in graph_of(made)


def test_every_chunk_has_the_rate_cap_of_the_whole_recording():
    first = commands.chunk(SOURCE, FACTS, TIMELINE, Span(0, 300_000), steps())
    last = commands.chunk(SOURCE, FACTS, TIMELINE, Span(588_000, 600_000), steps())
    caps = [
        [made[place + 1] for place, word in enumerate(made) if word == "-maxrate"] for made in (first, last)
    ]
    assert caps[0] == caps[1]


def test_a_chunk_after_the_last_picture_begins_before_it_and_is_cut_to_its_own_time():
    timeline = Timeline(600_000, 600_000, 100_000)
    made = commands.chunk(SOURCE, FACTS, timeline, SECOND, steps())
    assert made[made.index("-ss") + 1] == "96"
    assert (
        "tpad=stop_duration=502.0:stop_mode=clone[s1];[s1]trim=start=204[s2];[s2]setpts=PTS-STARTPTS"
        in graph_of(made)
    )


def test_an_interlaced_picture_is_made_whole():
    facts = Source("avi", None, 1, SourcePicture(0, 720, 576, interlaced=True))
    made = commands.chunk(SOURCE, facts, Timeline(60_000, 50_000, 55_000), Span(0, 60_000), steps())
    assert graph_of(made).startswith("[0:0]yadif=deint=interlaced:mode=send_frame[s0];[s0]fps=")
    assert "tpad=stop_duration=7.0:stop_mode=clone" in graph_of(made)


def test_the_sound_alone_never_touches_the_picture_and_is_measured_before_and_after():
    made = commands.level_sound(SOURCE, FACTS, Timeline(60_000, 50_000, 60_000), Path("/w/levelled.flac"))
    assert graph_of(made) == (
        "[0:1]aresample=48000:async=1:first_pts=0[s0];[s0]ebur128=framelog=verbose[s1];"
        "[s1]aformat=channel_layouts=mono:sample_fmts=s16[s2];[s2]volumedetect[s3];[s3]highpass=f=80[s4];"
        "[s4]dynaudnorm=f=500:g=15:m=20:p=0.7[s5];[s5]apad=pad_dur=12.0[s6];[s6]ebur128=framelog=verbose[s7];"
        "[s7]aformat=sample_fmts=s16[s8]"
    )
    assert made[: len(ALLOWED) + 1] == ["ffmpeg", *ALLOWED]
    assert made[-len(TAIL) - 3 : -len(TAIL)] == ["-t", "60.0", "file:/w/levelled.flac"]


def test_both_tracks_come_from_one_decode():
    made = commands.encode_sound(Path("/w/levelled.flac"), Decimal("9.4"), TIMELINE, opus=Path("/w/opus.mp4"),
                                 aac=Path("/w/aac.mp4"))  # fmt: skip
    graph = (
        "[0:0]volume=9.4dB:precision=float[s0];[s0]alimiter=attack=5:level=disabled:limit=0.84:release=50[s1];"
        "[s1]asplit=2[s2][s3]"
    )
    assert made == [
        "ffmpeg", "-format_whitelist", "flac", "-protocol_whitelist", "file,pipe", "-i", "file:/w/levelled.flac",
        "-filter_complex", graph,
        "-map", "[s2]", "-f", "mp4", "-application", "audio", "-b:a", "16k", "-c:a", "libopus", "-compression_level", "8",
        "-frag_duration", "12000000", "-frame_duration", "60", *BARE, "-movflags", FLAGS, "-t", "600.0", "file:/w/opus.mp4",
        "-map", "[s3]", "-f", "mp4", "-b:a", "40k", "-c:a", "aac", "-frag_duration", "12000000", *BARE, "-movflags", FLAGS,
        "-t", "600.0", "file:/w/aac.mp4", *TAIL,
    ]  # fmt: skip


def test_joining_copies_and_keeps_times_as_they_are():
    step = ladder_for(SLIDES, 1920, 1080)[0]
    made = commands.join(Path("/w/light.ffconcat"), Path("/w/opus.mp4"), Path("/w/light.mp4"), step)
    assert made == [
        "ffmpeg", "-f", "concat", "-format_whitelist", "concat,mov", "-protocol_whitelist", "file,pipe", "-safe", "0",
        "-i", "file:/w/light.ffconcat", "-format_whitelist", "mov", "-protocol_whitelist", "file,pipe",
        "-i", "file:/w/opus.mp4", "-map", "0:v:0", "-map", "1:a:0", "-f", "mp4", "-c", "copy", "-frag_interleave", "5",
        *BARE, "-movflags", f"{FLAGS}+frag_keyframe", "file:/w/light.mp4", "-copyts", *TAIL,
    ]  # fmt: skip


def test_the_script_of_a_join_says_how_long_each_chunk_is_and_quotes_its_name():
    script = commands.listing(
        [(Path("/w/0/light.mp4"), Fraction(300)), (Path("/it's/1.mp4"), Fraction(502, 5))]
    )
    assert script == (
        "ffconcat version 1.0\nfile 'file:/w/0/light.mp4'\nduration 300.000000\n"
        "file 'file:/it'\\''s/1.mp4'\nduration 100.400000\n"
    )


@pytest.mark.parametrize(
    "build", [commands.probe, lambda path: commands.packets(path, "mov"), commands.parameters]
)
def test_no_file_name_is_ever_interpreted(build):
    with pytest.raises(ValueError, match="not absolute"):
        build(Path("-i"))
    assert build(Path("/w/concat:a|b.mp4"))[-1] == "file:/w/concat:a|b.mp4"
