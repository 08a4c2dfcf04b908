"""Row D6: a large take of 256 channels is killed together with its writer, and recovered.

    GPH_LARGE=5000000000 meson test -C build-tests/plain --timeout-multiplier 0 --verbose faults/large

does so 5 GB into it, past 4 GiB, and prints its figures; it needs 6 GB of disk and some minutes. Without the variable it is
little; disk/large then holds the way past 4 GiB, in a file of holes.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import libsndfile
from kills import accepted, children, counter, is_gone, ring_of, wait_for

CHANNELS = 256
WIDTH = 4 * CHANNELS
FRAMES = int(os.environ.get("GPH_LARGE", "100000000")) // WIDTH
NEEDED = FRAMES * WIDTH * 6 // 5
PASSES = FRAMES * WIDTH > 2**32
RIG = f"""[patch]
dialect = 1
host = clock
rate = 48kHz
block = 1024
clock.signal = counter
clock.channels = {CHANNELS}
clock.script = 0 freewheel on
[in]
type = input
channels = 1-{CHANNELS}
[take]
type = file-recorder
from = in
file = {{take}}.wav
start = auto
"""


@pytest.fixture
def disk(monkeypatch):
    """A folder with room, which is gone again at once. Not in memory, as /tmp may be."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        free = shutil.disk_usage(folder).free
        if free < NEEDED:
            pytest.skip(f"{folder} has {free / 1e9:.1f} GB free, and {NEEDED / 1e9:.1f} GB are needed")
        monkeypatch.chdir(folder)
        yield pathlib.Path(folder)


def chunks_before_data(path):
    """The names of the chunks up to the data, where the data begins, and how long the ds64 says that it is."""
    names, at, length = [], 12, 0
    with open(path, "rb") as file:
        head = file.read(1 << 20)
    names.append(head[:4])
    while head[at:at + 4] != b"data":
        names.append(head[at:at + 4])
        if head[at:at + 4] == b"ds64":
            length = int.from_bytes(head[at + 16:at + 24], "little")
        at += 8 + (int.from_bytes(head[at + 4:at + 8], "little") + 1) // 2 * 2
    return names, at + 8, length


def wrong_frames(path, first, frames):
    """How many frames of the file are not those of the counter."""
    found = np.memmap(path, "<f4", "r", first, (frames, CHANNELS))
    step = 65536
    return sum(int(np.count_nonzero(np.any(found[at:at + step] != counter(at, min(step, frames - at), CHANNELS), axis=1)))
               for at in range(0, frames, step))


def test_d6_256_channels_killed_and_recovered(graphophone, disk):
    (disk / "rig.ini").write_text(RIG)
    began = time.monotonic()
    process = subprocess.Popen([graphophone.path, "run", "rig.ini"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    part = disk / "001.wav.part"

    def far_enough():
        assert process.poll() is None, process.stdout.read()
        return part.exists() and part.stat().st_size >= FRAMES * WIDTH + (1 << 20)

    ring = wait_for(lambda: ring_of(process.pid))
    writers = children(process.pid)
    wait_for(far_enough, 1800)
    for pid in [process.pid, *writers]:
        os.kill(pid, signal.SIGSTOP)
    for pid in [*writers, process.pid]:
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    for pid in writers:
        wait_for(lambda pid=pid: is_gone(pid))
    recorded = time.monotonic()
    names, first, promised = chunks_before_data(part)
    frames = (part.stat().st_size - first) // WIDTH
    if PASSES:
        assert names[:2] == [b"RF64", b"ds64"] and 2**32 <= promised <= frames * WIDTH
    # What had been accepted and not yet written cannot be more than the ring.
    assert frames <= accepted(ring)

    result = graphophone("recover", ".")
    assert result.returncode == 0, result.stderr
    take = disk / "001.wav"
    names, first, length = chunks_before_data(take)
    assert names[:2] == ([b"RF64", b"ds64"] if PASSES else [b"RIFF", b"JUNK"])
    assert take.stat().st_size == first + frames * WIDTH and length in ([frames * WIDTH] if PASSES else [0])
    wrong = wrong_frames(take, first, frames)
    assert wrong == 0, f"{wrong} of {frames} frames are not the counter's"

    sound, info = libsndfile.opened(take)
    assert info.frames == frames and info.channels == CHANNELS
    for at in (0, min(2**32 // WIDTH, frames) // 2, min(2**32 // WIDTH - 3, frames - 6), frames - 6):
        assert np.array_equal(libsndfile.read_at(sound, info, at, 6), counter(at, 6, CHANNELS))
    libsndfile.LIBRARY.sf_close(sound)
    same = subprocess.run(["bash", "-c", 'set -o pipefail; sox -t wav - -t raw -e floating-point -b 32 -L - <"$0" | '
                           'cmp - <(tail -c +$(($1 + 1)) "$0" | head -c $2)', take, str(first), str(frames * WIDTH)],
                          capture_output=True, text=True)
    assert same.returncode == 0, same.stdout + same.stderr
    print(f"{frames * WIDTH} bytes in {frames} frames of {CHANNELS} channels: killed, recovered, {wrong} frames wrong; "
          f"recorded in {recorded - began:.0f} s, all in {time.monotonic() - began:.0f} s")
