"""What ffprobe said, judged: allow-lists and limits on plain values. Refusals name what the expert can do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from media_pipeline.recordings.failures import Failure, RecordingRefused, Warned

# ffmpeg's own names. A demuxer or decoder that nobody listed does not run: playlists and concat scripts read other files.
DEMUXERS = (
    "mov",
    "mp4",
    "m4a",
    "3gp",
    "3g2",
    "mj2",
    "matroska",
    "webm",
    "avi",
    "mpegts",
    "mpeg",
    "wav",
    "mp3",
    "ogg",
    "flac",
    "asf",
)
VIDEO_CODECS = (
    "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "msmpeg4v2", "msmpeg4v3", "mpeg1video", "mpeg2video", "mjpeg", "h263",
    "wmv1", "wmv2", "wmv3", "vc1", "dvvideo", "prores", "theora",
)  # fmt: skip
AUDIO_CODECS = (
    "aac", "mp3", "mp2", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "wmav1", "wmav2", "wmapro", "amrnb", "amrwb",
    "amr_nb", "amr_wb", "adpcm_ms", "adpcm_ima_wav", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le",
    "pcm_f32le", "pcm_u8", "pcm_alaw", "pcm_mulaw", "pcm_dvd", "pcm_bluray",
)  # fmt: skip
# What ffmpeg calls the decoders that it would really open.
DECODERS = (*VIDEO_CODECS, "libdav1d", "mp3float", "mp2float", "libopus", *AUDIO_CODECS)

MAX_STREAMS = 16
MAX_PIXELS = 4096 * 2304
MAX_FRAME_RATE = 120
MAX_DURATION_MS = 6 * 3600 * 1000
MIN_DURATION_MS = 1000
SILENCE_DB = -70.0
# Every recording is made this loud (EBU R 128): a little above -16, of which Opus at 16 kbit/s loses what lies above its
# band. What is left of a recording that needs more gain than this is mostly noise.
LOUDNESS_LUFS = Decimal("-15.7")
LOUDNESS_STEP = Decimal("0.4")
MAX_GAIN_DB = Decimal(20)
QUIET_LUFS = Decimal(-33)
# Pixels: with fewer, the letters of a slide run together.
SMALL_PICTURE = 640 * 360
# How far the average frame rate may lie under the rate of the closest two pictures: a first or last one off the beat.
UNEVEN = Fraction(3, 100)


@dataclass(frozen=True)
class SourcePicture:
    """The picture track that will be used; size as shown: turned by the display matrix, with square pixels.

    `frame_rate` is the average, None where the container does not say; `uneven` when pictures come at uneven times.
    """

    index: int
    width: int
    height: int
    interlaced: bool
    frame_rate: Fraction | None = None
    uneven: bool = False

    @property
    def even_rate(self) -> Fraction | None:
        """The rate at which every picture would be shown once; None where there is no such rate."""
        return None if self.uneven else self.frame_rate


@dataclass(frozen=True)
class Source:
    """What a recording holds, as its container claims. `claimed_ms` is None where the container does not say."""

    demuxer: str
    claimed_ms: int | None
    sound_index: int
    picture: SourcePicture | None


@dataclass
class Measured:
    """What the packets of a file really span: counted one by one, because a container's claim proves nothing."""

    first_ms: dict[int, float] = field(default_factory=dict)
    last_ms: dict[int, float] = field(default_factory=dict)
    packets: dict[int, int] = field(default_factory=dict)

    def take(self, line: str) -> bool:
        """Count one line of ffprobe's `index,pts,dts,duration`; other lines are passed over."""
        parts = line.split(",")
        if len(parts) < 4 or not parts[0].isdigit():
            return False
        start = _milliseconds(parts[1])
        if start is None:
            start = _milliseconds(parts[2])
        if start is None:
            return True
        index, end = int(parts[0]), start + (_milliseconds(parts[3]) or 0)
        self.packets[index] = self.packets.get(index, 0) + 1
        self.first_ms[index] = min(start, self.first_ms.get(index, start))
        self.last_ms[index] = max(end, self.last_ms.get(index, end))
        return True


@dataclass(frozen=True)
class Timeline:
    """How long a recording really is, and where its tracks end on it (milliseconds from the first packet)."""

    duration_ms: int
    sound_end_ms: int
    picture_end_ms: int | None


def recorded(source: Source, timeline: Timeline) -> dict[str, Any]:
    """Return facts and length as plain values, for a row; `remembered` reads them."""
    plain = asdict(source)
    if source.picture and source.picture.frame_rate is not None:
        plain["picture"]["frame_rate"] = str(source.picture.frame_rate)
    return {"source": plain, "timeline": asdict(timeline)}


def remembered(plain: Mapping[str, Any]) -> tuple[Source, Timeline]:
    """Return what `recorded` wrote down."""
    source, picture = dict(plain["source"]), plain["source"]["picture"]
    if picture is not None:
        rate = picture["frame_rate"]
        picture = SourcePicture(**{**picture, "frame_rate": Fraction(rate) if rate is not None else None})
    return Source(**{**source, "picture": picture}), Timeline(**plain["timeline"])


def tolerance_ms(duration_ms: int) -> int:
    """Return how far two durations of one recording may lie apart: max(2 s, 0.5 %), engineering facts, section 1."""
    return max(2000, duration_ms // 200)


def judge(probed: Mapping[str, Any]) -> Source:
    """Return what ffprobe's JSON says about a recording. Raises RecordingRefused."""
    container = probed.get("format", {})
    streams = [stream for stream in probed.get("streams", []) if isinstance(stream, dict)]
    demuxer = _allowed_demuxer(str(container.get("format_name", "")))
    if len(streams) > MAX_STREAMS:
        raise RecordingRefused(Failure.TOO_MANY_STREAMS, f"{len(streams)} streams")
    claimed = _milliseconds(str(container.get("duration", "")))
    if claimed is not None and claimed > MAX_DURATION_MS:
        raise RecordingRefused(Failure.TOO_LONG, f"{claimed} ms claimed")
    return Source(
        demuxer=demuxer,
        claimed_ms=int(claimed) if claimed else None,
        sound_index=_sound(streams),
        picture=_picture(streams),
    )


def timeline(source: Source, measured: Measured) -> Timeline:
    """Compare claim and packets and return the real length. Raises RecordingRefused when they do not tie."""
    used = [source.sound_index] + ([source.picture.index] if source.picture else [])
    if source.sound_index not in measured.last_ms:
        raise RecordingRefused(
            Failure.CUT_OFF if source.claimed_ms else Failure.NO_SOUND, "no packet of sound"
        )
    if source.picture and source.picture.index not in measured.last_ms:
        raise RecordingRefused(Failure.CUT_OFF, "no packet of the picture")
    # Packets before zero prime a decoder and are never heard.
    start = max(0, min(measured.first_ms[index] for index in used))
    ends = {index: round(measured.last_ms[index] - start) for index in used}
    duration = max(ends.values())
    if duration > MAX_DURATION_MS:
        raise RecordingRefused(Failure.TOO_LONG, f"{duration} ms of packets")
    if source.claimed_ms is not None and source.claimed_ms - duration > tolerance_ms(source.claimed_ms):
        raise RecordingRefused(Failure.CUT_OFF, f"{duration} ms of {source.claimed_ms} ms are there")
    if duration < MIN_DURATION_MS:
        raise RecordingRefused(Failure.TOO_SHORT, f"{duration} ms")
    picture_end = None
    if source.picture:
        picture_end = ends[source.picture.index]
        if measured.packets[source.picture.index] > MAX_FRAME_RATE * (duration / 1000 + 1):
            raise RecordingRefused(
                Failure.TOO_MANY_FRAMES, f"{measured.packets[source.picture.index]} pictures"
            )
    return Timeline(duration, ends[source.sound_index], picture_end)


def warnings(source: Source, *, lufs: Decimal | None = None) -> list[Warned]:
    """Return what the expert should know of a recording that is taken all the same. `lufs`: its loudness, once measured."""
    found = []
    if lufs is not None and lufs < QUIET_LUFS:
        found.append(Warned.TOO_QUIET)
    if source.picture is None:
        return [*found, Warned.NO_PICTURE]
    # By area: a telephone held upright shows as much, and 4:3 is not smaller for being narrower.
    if source.picture.width * source.picture.height < SMALL_PICTURE:
        found.append(Warned.SMALL_PICTURE)
    if source.picture.uneven:
        found.append(Warned.VARIABLE_FRAME_RATE)
    return found


# What ffprobe writes when it gives up, and what that means to the person who sent the file: first a limit of ours that it
# names, whatever else it says (beyond the tracks it speaks of memory), then what else is wrong.
_BEYOND_LIMITS: tuple[tuple[str, Failure], ...] = (
    ("max_streams", Failure.TOO_MANY_STREAMS),
    ("exceeds specified max pixel count", Failure.PICTURE_TOO_LARGE),
    ("Picture size", Failure.PICTURE_TOO_LARGE),
    ("not on whitelist", Failure.NOT_A_RECORDING),
)
_COMPLAINTS: tuple[tuple[str, Failure], ...] = (
    ("moov atom not found", Failure.CUT_OFF),
    ("Invalid data found", Failure.NOT_A_RECORDING),
    ("End of file", Failure.CUT_OFF),
)


# What it writes when a disk or the memory of this machine is in its way: such complaints are not believed then.
_MACHINE_TROUBLE = (
    "Input/output error",
    "Cannot allocate memory",
    "Permission denied",
    "No such file or directory",
    "Stale file handle",
    "Too many open files",
    "No space left",
    "error while loading shared libraries",
)


def complaint(stderr: str) -> Failure | None:
    """Return the failure that ffprobe's words mean; None where nobody has written down what they mean about a file."""
    for words, failure in (*_BEYOND_LIMITS, *(() if machine_trouble(stderr) else _COMPLAINTS)):
        if words in stderr:
            return failure
    return None


def machine_trouble(stderr: str) -> bool:
    """Tell whether a tool's words are about the machine that it ran on."""
    return any(words in stderr for words in _MACHINE_TROUBLE)


def _allowed_demuxer(names: str) -> str:
    for name in names.split(","):
        if name in DEMUXERS:
            return name
    raise RecordingRefused(Failure.NOT_A_RECORDING, names)


def _sound(streams: Iterable[Mapping[str, Any]]) -> int:
    """The sound track marked as default, else the first."""
    tracks = [stream for stream in streams if stream.get("codec_type") == "audio"]
    if not tracks:
        raise RecordingRefused(Failure.NO_SOUND)
    tracks.sort(key=lambda stream: not stream.get("disposition", {}).get("default"))
    for track in tracks:
        if track.get("codec_name") in AUDIO_CODECS:
            return int(track["index"])
    raise RecordingRefused(Failure.CODEC_NOT_SUPPORTED, str(tracks[0].get("codec_name")))


def _picture(streams: Iterable[Mapping[str, Any]]) -> SourcePicture | None:
    """The first moving picture; a cover picture is none."""
    for stream in streams:
        if stream.get("codec_type") != "video" or stream.get("disposition", {}).get("attached_pic"):
            continue
        return _judge_picture(stream)
    return None


def _judge_picture(stream: Mapping[str, Any]) -> SourcePicture:
    if stream.get("codec_name") not in VIDEO_CODECS:
        raise RecordingRefused(Failure.CODEC_NOT_SUPPORTED, str(stream.get("codec_name")))
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    if width <= 0 or height <= 0:
        raise RecordingRefused(Failure.DAMAGED, "a picture without a size")
    if width * height > MAX_PIXELS:
        raise RecordingRefused(Failure.PICTURE_TOO_LARGE, f"{width}x{height}")
    # The average is what the pictures are; r_frame_rate of a variable recording is only the finest step between two.
    finest = _ratio(stream.get("r_frame_rate"))
    rate = _ratio(stream.get("avg_frame_rate")) or finest
    if rate is not None and rate > MAX_FRAME_RATE:
        raise RecordingRefused(Failure.TOO_MANY_FRAMES, f"{rate} pictures a second")
    aspect = _ratio(str(stream.get("sample_aspect_ratio", "")).replace(":", "/")) or Fraction(1)
    if Fraction(1, 4) <= aspect <= 4:
        width = max(2, round(width * aspect))
    if _rotation(stream) % 180 == 90:
        width, height = height, width
    # DV says nothing and is interlaced; the filter leaves frames alone that do not call themselves so.
    interlaced = stream.get("field_order") != "progressive"
    uneven = _uneven(rate, finest, interlaced=interlaced)
    return SourcePicture(int(stream["index"]), width, height, interlaced, rate, uneven)


def _uneven(average: Fraction | None, finest: Fraction | None, *, interlaced: bool) -> bool:
    if average is None or finest is None:
        return False
    if interlaced and abs(finest - 2 * average) <= 2 * average * UNEVEN:
        return False  # it counts fields
    return abs(finest - average) > finest * UNEVEN


def _rotation(stream: Mapping[str, Any]) -> int:
    for side in stream.get("side_data_list", []):
        if "rotation" in side:
            return round(float(side["rotation"]) / 90) * 90
    return 0


def _ratio(text: object) -> Fraction | None:
    numerator, _, denominator = str(text or "").partition("/")
    try:
        ratio = Fraction(int(numerator), int(denominator or 1))
    except (ValueError, ZeroDivisionError):
        return None
    return ratio if ratio > 0 else None


def _milliseconds(seconds: str) -> float | None:
    try:
        value = float(seconds) * 1000
    except ValueError:
        return None
    return value if -1e15 < value < 1e15 else None
