"""All that pyo's numbers can say: 8 containers times 7 sample formats, each a file that libsndfile reads with the
samples of pyo's law, or refused before anything was touched."""
import ctypes
import struct

import numpy as np
import pytest

RATE = 48000
FRAMES = 24000
CHANNELS = 2
# pyo's fileformat and sampletype, in the order of its numbers.
ENDINGS = ["wav", "aif", "au", "raw", "sd2", "flac", "caf", "ogg"]
SAMPLES = ["s16", "s24", "s32", "f32", "f64", "ulaw", "alaw"]
SHORTER = {"s16", "s24"}
HOLDS = {"flac": SHORTER, "sd2": SHORTER | {"s32"}}
SUBTYPES = {"s16": 2, "s24": 3, "s32": 4, "f32": 6, "f64": 7, "ulaw": 0x10, "alaw": 0x11, "vorbis": 0x60}
RAW, LITTLE = 0x040000, 0x10000000
READ, WRITE = 0x10, 0x20

PATCH = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 500ms
[sound]
type = file-player
file = in.wav
[keep]
type = file-recorder
from = sound
file = {file}
start = auto
fileformat = {container}
sampletype = {sample}
"""


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), ("samplerate", ctypes.c_int), ("channels", ctypes.c_int),
                ("format", ctypes.c_int), ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]


sndfile = ctypes.CDLL("libsndfile.so.1")
sndfile.sf_open.restype = ctypes.c_void_p
for name in ("sf_readf_int", "sf_readf_double", "sf_writef_float"):
    function = getattr(sndfile, name)
    function.restype = ctypes.c_int64
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
sndfile.sf_close.argtypes = [ctypes.c_void_p]


def read(path, integers, info=None):
    info = info or Info()
    sound = sndfile.sf_open(str(path).encode(), READ, ctypes.byref(info))
    assert sound, path
    samples = np.zeros((info.frames, info.channels), np.int32 if integers else np.float64)
    function = sndfile.sf_readf_int if integers else sndfile.sf_readf_double
    assert function(sound, samples.ctypes.data, info.frames) == info.frames
    sndfile.sf_close(sound)
    return samples, info


def raw_info(sample):
    return Info(samplerate=RATE, channels=CHANNELS, format=RAW | LITTLE | SUBTYPES[sample])


def signal():
    """Values of all sizes, both ends, halves, and what lies beyond the ends."""
    dice = np.random.default_rng(7)
    x = dice.uniform(-1.2, 1.2, (FRAMES, CHANNELS)).astype(np.float32)
    x[::3] *= np.float32(0.01)
    ends = [0, -0.0, 1, -1, 1.5, -1.5, 100, -100, 0.5, 0.5 / 32767, 1.5 / 32767, 2.5 / 32767, 1.0000001, 0.9999999]
    x[:len(ends)] = np.array(ends, np.float32)[:, None]
    return x


def write_float_wav(path, x):
    body = x.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, CHANNELS, RATE, RATE * CHANNELS * 4, CHANNELS * 4, 32)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt " + struct.pack("<I", 16) + form +
                     b"data" + struct.pack("<I", len(body)) + body)


def law(x, sample, folder):
    """libsndfile's own encoding of clamped values, read back."""
    clamped = np.ascontiguousarray(np.clip(x, -1, 1), np.float32)
    path = folder / "law.reference"
    info = raw_info(sample)
    sound = sndfile.sf_open(str(path).encode(), WRITE, ctypes.byref(info))
    assert sound
    assert sndfile.sf_writef_float(sound, clamped.ctypes.data, len(clamped)) == len(clamped)
    sndfile.sf_close(sound)
    samples, _ = read(path, False, raw_info(sample))
    path.unlink()
    return samples


def scaled(x, factor, bits):
    """One rounding to float32 for the product, half to even, then the ends; as 32 bits, left-justified."""
    y = np.rint(x * np.float32(factor)).astype(np.float64)
    y = np.clip(y, -2.0 ** (bits - 1), 2.0 ** (bits - 1) - 1).astype(np.int64)
    return y << (32 - bits)


@pytest.mark.parametrize("sample", range(7), ids=SAMPLES)
@pytest.mark.parametrize("container", range(8), ids=ENDINGS)
def test_every_pair_of_codes(graphophone, home, container, sample):
    ending, word = ENDINGS[container], SAMPLES[sample]
    x = signal()
    write_float_wav(home / "in.wav", x)
    (home / "take.ini").write_text(PATCH.format(file=f"x.{ending}", container=container, sample=sample))
    before = sorted(home.rglob("*"))
    result = graphophone("render", "--quiet", home / "take.ini")
    if word not in HOLDS.get(ending, SAMPLES):
        assert result.returncode == 2
        assert word in result.stderr and "take.ini:" in result.stderr
        assert sorted(home.rglob("*")) == before
        return
    assert result.returncode == 0, result.stderr
    path = home / f"x.{ending}"
    stored = "vorbis" if ending == "ogg" else word
    integers = stored in ("s16", "s24", "s32")
    got, info = read(path, integers, raw_info(word) if ending == "raw" else None)
    assert (info.frames, info.channels, info.samplerate) == (FRAMES, CHANNELS, RATE)
    assert info.format & 0xFFFF == SUBTYPES[stored]
    if stored == "s16":
        assert np.array_equal(got, scaled(x, 32767, 16))
    elif stored == "s24":
        assert np.array_equal(got, scaled(x, 8388607, 24))
    elif stored == "s32":
        assert np.array_equal(got, scaled(x, 2147483648, 32))
    elif integers or stored in ("f32", "f64"):
        assert np.array_equal(got, x.astype(np.float64))
    elif stored in ("ulaw", "alaw"):
        assert np.array_equal(got, law(x, stored, home))
    else:
        # Of noise Vorbis keeps the outline.
        assert 0.5 < np.sqrt(np.mean(got**2)) / np.sqrt(np.mean(np.clip(x, -2, 2)**2)) < 2


def test_a_refused_pair_spares_what_is_there(graphophone, home):
    write_float_wav(home / "in.wav", signal())
    (home / "x.flac").write_bytes(b"a good take")
    (home / "take.ini").write_text(PATCH.format(file="x.flac", container=5, sample=4))
    assert graphophone("render", "--quiet", home / "take.ini").returncode == 2
    assert (home / "x.flac").read_bytes() == b"a good take"
