"""Sound files as arrays of frames x channels."""
import pathlib
import struct
import subprocess

import numpy as np


def write_floats(path, sound, rate=48000):
    """A WAV file of 32-bit floats, with nothing but what it needs."""
    data = sound.astype("<f4").tobytes()
    channels = sound.shape[1]
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, channels, rate, rate * channels * 4, channels * 4, 32)
    pathlib.Path(path).write_bytes(b"RIFF" + struct.pack("<I", len(data) + 36) + b"WAVE" + form + b"data" +
                                   struct.pack("<I", len(data)) + data)


def read_floats(path, rate=48000):
    """The samples of a WAV file of 32-bit floats, bit for bit."""
    data = pathlib.Path(path).read_bytes()
    assert data[:4] == b"RIFF"
    at, channels = 12, 0
    while data[at:at + 4] != b"data":
        if data[at:at + 4] == b"fmt ":
            tag, channels, found = struct.unpack_from("<HHI", data, at + 8)
            if tag == 0xFFFE:  # extensible: the tag proper begins the sub-format
                tag, = struct.unpack_from("<H", data, at + 32)
            assert (tag, found) == (3, rate)
        at += 8 + (struct.unpack_from("<I", data, at + 4)[0] + 1) // 2 * 2
    size = struct.unpack_from("<I", data, at + 4)[0]
    return np.frombuffer(data[at + 8:at + 8 + size], "<f4").reshape(-1, channels)


def read_integers(path, channels):
    """What sox reads of a file, over full scale: exact for 24 bits."""
    raw = subprocess.run(["sox", str(path), "-t", "s32", "-"], stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, "<i4").reshape(-1, channels) / 2**31
