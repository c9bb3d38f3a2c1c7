"""The exact argument lists, so that a change of the graph library or of a setting is seen."""

from pathlib import Path

import pytest

from media_pipeline.transcoding import commands
from media_pipeline.transcoding.ladder import AUDIO, LIGHT, STANDARD
from media_pipeline.transcoding.rules import DECODERS, Source, SourcePicture, Timeline

FACTS = Source("mov", 600_000, 1, SourcePicture(0, 1920, 1080, interlaced=False))
TIMELINE = Timeline(600_000, 600_000, 600_000)
SOURCE = Path("/work-dir/original")

INPUT = [
    "ffmpeg", "-analyzeduration", "10M", "-codec_whitelist", ",".join(DECODERS), "-format_whitelist", "mov",
    "-max_pixels", "9437184", "-max_streams", "16", "-probesize", "20M", "-protocol_whitelist", "file,pipe",
    "-i", "file:/work-dir/original",
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


def test_both_pictures_come_from_one_decode():
    made = commands.video(
        SOURCE,
        FACTS,
        TIMELINE,
        [commands.Output(LIGHT, Path("/w/light.mp4")), commands.Output(STANDARD, Path("/w/standard.mp4"))],
    )
    graph = (
        "[0:0]fps=fps=25/2:start_time=0[s0];[s0]scale=1280:720:flags=lanczos[s1];[s1]setsar=1[s2];[s2]format=yuv420p[s3];"
        "[s3]split=2[s4][s5];[s4]fps=fps=5[s6];"
        "[0:1]aresample=48000:async=1:first_pts=0[s7];[s7]aformat=channel_layouts=mono[s8];[s8]highpass=f=80[s9];"
        "[s9]dynaudnorm=f=500:g=15:m=20:p=0.7[s10];[s10]asplit=2[s11][s12];[s5]fps=fps=25/2[s13]"
    )
    common = ["-map_chapters", "-1", "-map_metadata", "-1"]
    flags = ["-movflags", "+empty_moov+default_base_moof+global_sidx+delay_moov+skip_trailer+frag_keyframe"]
    assert made == [
        *INPUT, "-filter_complex", graph,
        "-map", "[s6]", "-map", "[s11]", "-f", "mp4", "-application", "audio", "-b:a", "16k", "-bf", "0", "-bufsize", "540k",
        "-c:a", "libopus", "-c:v", "libx264", "-crf", "36", "-frag_interleave", "5", "-frame_duration", "60", "-g", "60",
        "-keyint_min", "60", *common, "-maxrate", "45k", *flags, "-preset", "medium", "-profile:v", "high",
        "-sc_threshold", "0", "-t", "600.0", "file:/w/light.mp4",
        "-map", "[s13]", "-map", "[s12]", "-f", "mp4", "-b:a", "40k", "-bf", "0", "-bufsize", "1692k", "-c:a", "aac",
        "-c:v", "libx264", "-crf", "27", "-frag_interleave", "12", "-g", "150", "-keyint_min", "150", *common,
        "-maxrate", "141k", *flags, "-preset", "veryfast", "-profile:v", "high", "-sc_threshold", "0", "-t", "600.0",
        "file:/w/standard.mp4", *TAIL,
    ]  # fmt: skip


def test_the_sound_alone_never_touches_the_picture():
    made = commands.audio(SOURCE, FACTS, TIMELINE, commands.Output(AUDIO, Path("/w/audio.mp4")))
    graph = made[made.index("-filter_complex") + 1]
    assert "[0:0]" not in graph
    assert graph.index("volumedetect") < graph.index("dynaudnorm")
    assert made[: len(INPUT)] == INPUT


def test_an_interlaced_picture_is_made_whole_and_a_short_track_is_made_as_long_as_the_other():
    facts = Source("avi", None, 1, SourcePicture(0, 720, 576, interlaced=True))
    made = commands.video(
        SOURCE, facts, Timeline(60_000, 50_000, 55_000), [commands.Output(LIGHT, Path("/w/light.mp4"))]
    )
    graph = made[made.index("-filter_complex") + 1]
    assert "yadif=deint=interlaced:mode=send_frame" in graph
    assert "tpad=stop_duration=5.0:stop_mode=clone" in graph
    assert "apad=pad_dur=10.0" in graph


@pytest.mark.parametrize("build", [commands.probe, lambda path: commands.packets(path, "mov")])
def test_no_file_name_is_ever_interpreted(build):
    with pytest.raises(ValueError, match="not absolute"):
        build(Path("-i"))
    assert build(Path("/w/concat:a|b.mp4"))[-1] == "file:/w/concat:a|b.mp4"
