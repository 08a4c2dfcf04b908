"""Three recorders, one trigger, two seconds of pre-roll: the files of the take agree on their first frame and say so."""
import struct

import numpy as np
import pytest


RATE = 48000
START, STOP, PREROLL, LOOKAHEAD = 3 * RATE + 17, 4 * RATE + 5, 2 * RATE, 240
RIG = f"""[patch]
dialect = 1
host = offline
rate = 48kHz
length = 5s
offline.signal = counter
[mics]
type = input
channels = 1-2
[limit]
type = limiter
from = mics
lookahead = {LOOKAHEAD}fr
ceiling = 0dB
[dry]
type = file-recorder
from = mics
file = {{take}}-dry.wav
preroll = 2s
[wet]
type = file-recorder
from = limit
file = {{take}}-wet.rf64
preroll = 2s
[both]
type = file-recorder
from = mics, limit
file = {{take}}-both.wav
preroll = 2s
[control]
dry.toggle = at {START}fr, at {STOP}fr
wet.toggle = at {START}fr, at {STOP}fr
both.toggle = at {START}fr, at {STOP}fr
"""


def chunks(path):
    """The chunks of a RIFF or RF64 file; data as frames x channels."""
    data = path.read_bytes()
    assert data[:4] in (b"RIFF", b"RF64")
    at, found = 12, {}
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data" and size == 2**32 - 1:
            size = struct.unpack_from("<Q", found[b"ds64"], 8)[0]
        found[name] = data[at + 8:at + 8 + size]
        at += 8 + (size + 1) // 2 * 2
    channels = struct.unpack_from("<H", found[b"fmt "], 2)[0]
    return found, np.frombuffer(found[b"data"], "<f4").reshape(-1, channels)


def time_reference(found):
    """`bext`: description, originator, its reference, date, time, then the first frame since midnight."""
    return struct.unpack_from("<Q", found[b"bext"], 256 + 32 + 32 + 10 + 8)[0]


def counter(first, frames, channels):
    frame = first + np.arange(frames)[:, None] + np.arange(channels)[None, :] * 65536
    return (frame % 2**23 / 2**23).astype("f4")


@pytest.mark.parametrize("block", [64, 1000])
def test_files_of_one_take_agree(graphophone, home, block):
    (home / "rig.ini").write_text(RIG)
    result = graphophone("run", "--quiet", "rig.ini", "--block", block)
    assert result.returncode == 0, result.stderr
    frames = STOP - START + PREROLL
    expected = counter(START - PREROLL, frames, 2)
    references = set()
    for name, channels in [("001-dry.wav", 2), ("001-wet.rf64", 2), ("001-both.wav", 4)]:
        found, sound = chunks(home / name)
        references.add(time_reference(found))
        assert sound.shape == (frames, channels), name
        # What the limiter holds back is later by its lookahead, and is put back to where it belongs.
        for first in range(0, channels, 2):
            assert np.array_equal(sound[:, first:first + 2], expected), (name, first)
    assert len(references) == 1


def test_without_alignment_the_wet_one_is_late(graphophone, home):
    """The check above would see it."""
    (home / "rig.ini").write_text(RIG)
    result = graphophone("run", "--quiet", "rig.ini", "--set", "wet.align=off")
    assert result.returncode == 0, result.stderr
    _, sound = chunks(home / "001-wet.rf64")
    late = counter(START - PREROLL - LOOKAHEAD, len(sound), 2)
    assert np.array_equal(sound, late)
