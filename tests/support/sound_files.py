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


def read_chunks(path):
    """The chunks of a WAV file: (name, bytes) in their order."""
    data = pathlib.Path(path).read_bytes()
    assert (data[:4], data[8:12]) == (b"RIFF", b"WAVE")
    at, chunks = 12, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        chunks.append((data[at:at + 4].decode(), data[at + 8:at + 8 + size]))
        at += 8 + (size + 1) // 2 * 2
    return chunks


def read_floats(path, rate=48000):
    """The samples of a WAV file of 32-bit floats, bit for bit."""
    chunks = dict(read_chunks(path))
    tag, channels, found = struct.unpack_from("<HHI", chunks["fmt "])
    if tag == 0xFFFE:  # extensible: the tag proper begins the sub-format
        tag, = struct.unpack_from("<H", chunks["fmt "], 24)
    assert (tag, found) == (3, rate)
    return np.frombuffer(chunks["data"], "<f4").reshape(-1, channels)


def read_integers(path, channels):
    """What sox reads of a file, over full scale: exact for 24 bits."""
    raw = subprocess.run(["sox", str(path), "-t", "s32", "-"], stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, "<i4").reshape(-1, channels) / 2**31
