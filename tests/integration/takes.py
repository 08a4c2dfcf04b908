"""Takes are files that others can read: libsndfile's own tools apart, sox and Python's wave look at them."""
import math
import re
import struct
import subprocess
import wave

import pytest

RATE = 48000
FRAMES = 24000
# What the offline host puts into each channel: exact in 24 bits.
PATCH = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 500ms
offline.signal = counter
[mics]
type = input
channels = 1-{channels}
[keep]
type = file-recorder
from = mics
file = {file}
start = auto
{lines}
"""


def counter(frame, channel):
    return (frame + channel * 65536) % 2**23


@pytest.fixture
def record(graphophone, home):
    """Records half a second of the counter; returns the path."""

    def run(file, channels=2, lines=""):
        patch = home / "take.ini"
        patch.write_text(PATCH.format(channels=channels, file=file, lines=lines))
        result = graphophone("run", "--quiet", patch)
        assert result.returncode == 0, result.stderr
        return home / file

    return run


def sox(path, *arguments):
    """Samples as sox reads them, as signed 32-bit integers."""
    shown = subprocess.run(["sox", *arguments, str(path), "-t", "raw", "-e", "signed", "-b", "32", "-L", "-"],
                           capture_output=True)
    assert shown.returncode == 0, shown.stderr
    return [value[0] for value in struct.iter_unpack("<i", shown.stdout)]


def half_even(value):
    return int(round(value))


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_wave_reads_what_the_definition_says(record, bits):
    path = record("x.wav", lines=f"format = wav-s{bits}")
    with wave.open(str(path)) as take:
        assert (take.getnchannels(), take.getframerate(), take.getnframes()) == (2, RATE, FRAMES)
        assert take.getsampwidth() == bits // 8
        data = take.readframes(FRAMES)
    scale = {16: 32767, 24: 8388607, 32: 2147483648}[bits]
    width = bits // 8
    for frame in range(0, FRAMES, 7):
        for channel in range(2):
            at = (frame * 2 + channel) * width
            got = int.from_bytes(data[at:at + width], "little", signed=True)
            product = counter(frame, channel) / 2**23 * scale
            single = struct.unpack("f", struct.pack("f", product))[0]
            assert got == half_even(single), (frame, channel)


@pytest.mark.parametrize("channels", [2, 32, 128])
def test_sox_reads_every_frame(record, channels):
    got = sox(record("x.wav", channels))
    assert len(got) == FRAMES * channels
    wrong = [n for n, value in enumerate(got) if value != counter(n // channels, n % channels) * 256]
    assert not wrong, f"first at frame {wrong[0] // channels}, channel {wrong[0] % channels}"


@pytest.mark.parametrize("ending", ["wav", "w64", "caf", "aiff", "au", "flac"])
def test_sox_reads_24_bits(record, ending):
    got = sox(record(f"x.{ending}", lines=f"format = {ending}-s24"))
    assert len(got) == FRAMES * 2
    for n, value in enumerate(got):
        single = struct.unpack("f", struct.pack("f", counter(n // 2, n % 2) / 2**23 * 8388607))[0]
        assert value == half_even(single) * 256


@pytest.mark.parametrize("sample, endings", [("f32", ["wav", "w64", "rf64", "caf", "aiff", "au"]),
                                             ("s24", ["wav", "w64", "rf64", "caf", "aiff", "au", "flac"]),
                                             ("s16", ["wav", "w64", "rf64", "caf", "aiff", "au", "flac"])])
def test_libsndfiles_own_tools_agree_on_every_container(record, home, sample, endings):
    """The same half second in each: the length and width that libsndfile reads, and the same samples."""
    paths = [record(f"x-{ending}.{'wav' if ending == 'rf64' else ending}", lines=f"format = {ending}-{sample}")
             for ending in endings]
    for path in paths:
        told = subprocess.run(["sndfile-info", str(path)], capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr
        figures = dict(re.findall(r"^(Sample Rate|Frames|Channels) *: (\S+)$", told.stdout, re.M))
        assert figures == {"Sample Rate": str(RATE), "Frames": str(FRAMES), "Channels": "2"}, told.stdout
    for path in paths[1:]:
        compared = subprocess.run(["sndfile-cmp", str(paths[0]), str(path)], capture_output=True, text=True)
        assert compared.returncode == 0, (path, compared.stdout)
    # The comparison sees a difference of one channel.
    other = record("other.wav", channels=1, lines=f"format = wav-{sample}")
    assert subprocess.run(["sndfile-cmp", str(paths[0]), str(other)], capture_output=True).returncode != 0


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_sox_reads_laws(record, law):
    got = sox(record("x.wav", lines=f"format = wav-{law}"))
    for n, value in enumerate(got):
        expected = counter(n // 2, n % 2) / 2**23
        assert math.isclose(value / 2**31, expected, rel_tol=0.04, abs_tol=0.001)


def test_soxi_agrees_on_the_length_of_ogg(record):
    path = record("x.ogg")
    shown = subprocess.run(["soxi", "-s", str(path)], capture_output=True, text=True)
    assert shown.stdout.strip() == str(FRAMES)


def test_channels_are_files_and_nothing_is_overwritten(record, home):
    (home / "001-kick.wav").write_text("mine")
    record("{take}-{label}.wav", lines="files = per-channel\nlabels = kick, snare")
    assert (home / "001-kick.wav").read_text() == "mine"
    assert sorted(path.name for path in home.glob("*.wav")) == ["001-kick.wav", "002-kick.wav", "002-snare.wav"]
    for channel, label in enumerate(["kick", "snare"]):
        got = sox(home / f"002-{label}.wav")
        assert [value // 256 for value in got] == [counter(frame, channel) for frame in range(FRAMES)]


@pytest.mark.parametrize("file, lines, what", [
    ("x.flac", "format = wav-s24", "flac"),
    ("x.flac", "format = flac-f32", "f32"),
    ("missing/x.wav", "", "missing"),
    ("../x.wav", "", ".."),
    ("{tak}.wav", "", "{tak}"),
    ("x.wav", "dither = tpdf", "dither"),
])
def test_refusals_touch_nothing(graphophone, home, file, lines, what):
    patch = home / "take.ini"
    patch.write_text(PATCH.format(channels=2, file=file, lines=lines))
    before = sorted(home.rglob("*"))
    result = graphophone("run", "--quiet", patch)
    assert result.returncode == (5 if what == "missing" else 2)
    assert what in result.stderr
    assert "take.ini:" in result.stderr
    assert sorted(home.rglob("*")) == before
