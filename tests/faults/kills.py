"""Rows M2 and D11, promises 1 and 2: engine and writer are killed at random moments while the counter is recorded.

What the engine had put into its ring before it died is read off the ring itself, which the test holds open; so many
frames, no more and no less, must then be in the takes, each at its place.

    GPH_KILLS=1000 meson test -C build-tests/plain --timeout-multiplier 0 --verbose faults/kills

kills a thousand times each and prints the figures; without the variable it is a few times.
"""
import mmap
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import time

import numpy as np
import pytest

from support.live import Live

KILLS = int(os.environ.get("GPH_KILLS", "12"))
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 64
clock.signal = counter
[in]
type = input
channels = 1-CHANNELS
[take]
type = file-recorder
from = in
file = {take}.wav
start = auto
gap-limit = 60s
"""


def samples(path):
    """The float samples of a WAV or RF64 file of ours, frames x channels."""
    data = path.read_bytes()
    assert data[:4] in (b"RIFF", b"RF64"), path
    at, channels = 12, 0
    while data[at:at + 4] != b"data":
        if data[at:at + 4] == b"fmt ":
            channels = struct.unpack_from("<H", data, at + 10)[0]
        at += 8 + (struct.unpack_from("<I", data, at + 4)[0] + 1) // 2 * 2
    size = struct.unpack_from("<I", data, at + 4)[0]
    return np.frombuffer(data, "<f4", size // 4, at + 8).reshape(-1, channels)


def counter(first, frames, channels):
    frame = first + np.arange(frames)[:, None] + np.arange(channels)[None, :] * 65536
    return (frame % 2**23 / 2**23).astype("f4")


def children(pid):
    """Those that live. A thread may be gone before it is asked for its children, and a child that has ended is one until
    its parent has asked how."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return [child for child in found if not is_gone(child)]


def ring_of(pid):
    """The memory of the one ring of an engine, for reading; None while there is none."""
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(link).startswith("/memfd:graphophone-shared"):
                with open(link, "rb") as file:
                    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (FileNotFoundError, ValueError):  # gone again; or not yet as long as it will be
            pass
    return None


def accepted(ring):
    return struct.unpack_from("<Q", ring, 0)[0]


def is_gone(pid):
    """Whether a process has ended, even if nobody has asked how yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(what, seconds=60):
    """The first true answer; by the clock only so that a defect does not hang."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = what()
        if answer:
            return answer
        time.sleep(0.002)
    raise AssertionError("nothing came of it")


class Rig:
    """One run, its writer, and a view of its ring."""

    def __init__(self, program, home, channels):
        (home / "rig.ini").write_text(RIG.replace("CHANNELS", str(channels)))
        self.process = subprocess.Popen([program, "run", "rig.ini"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.ring = wait_for(self.find_ring)
        self.writer = wait_for(lambda: children(self.process.pid))[0]

    def find_ring(self):
        assert self.process.poll() is None, self.process.stdout.read()
        return ring_of(self.process.pid)

    def reach(self, frames):
        wait_for(lambda: accepted(self.ring) >= frames)

    def end(self, how=signal.SIGINT):
        """Ends the engine, waits until the writer is gone too, which lets go of the pipe; returns what was said."""
        self.process.send_signal(how)
        said = self.process.communicate(timeout=60)[0]
        wait_for(lambda: is_gone(self.writer))
        return said


def judge(home, frames, channels):
    """All parts of the one take together hold so many frames of the counter, each at its place, the rest silence."""
    parts = sorted(home.glob("*.wav"), key=lambda part: int((re.findall(r"-p(\d+)", part.stem) or ["1"])[0]))
    assert not list(home.glob("*.part")) and parts, list(home.iterdir())
    found = np.concatenate([samples(part) for part in parts])
    right = np.all(found == counter(0, len(found), channels), axis=1)
    silent = ~np.any(found, axis=1)
    assert np.all(right | silent), f"wrong at {np.flatnonzero(~(right | silent))[:5]} of {len(found)}"
    assert np.count_nonzero(right) == frames, f"{np.count_nonzero(right)} of {frames} accepted frames"
    for part in parts:
        checked = subprocess.run(["soxi", "-s", part], capture_output=True, text=True)
        assert checked.returncode == 0 and int(checked.stdout) == len(samples(part)), checked.stderr
    return len(parts)


def clean(home):
    for file in home.iterdir():
        if file.is_file():
            file.unlink()


@pytest.mark.parametrize("channels", [2, 64])
def test_m2_no_accepted_frame_is_lost_with_the_engine(graphophone, home, channels):
    dice = random.Random(channels)
    for _ in range(KILLS):
        rig = Rig(graphophone.path, home, channels)
        rig.reach(dice.randrange(64, 9600))
        rig.end(signal.SIGKILL)
        judge(home, accepted(rig.ring), channels)
        clean(home)
    print(f"{KILLS} kills of the engine, {channels} channels: 0 accepted frames lost")


@pytest.mark.parametrize("channels", [2, 64])
def test_d11_no_accepted_frame_is_lost_with_the_writer(graphophone, home, channels):
    """Three deaths in a minute are made good: each run has some, at random moments, on the heels of each other too."""
    dice = random.Random(channels + 1)
    kills = parts = 0
    while kills < KILLS:
        rig = Rig(graphophone.path, home, channels)
        for _ in range(min(dice.randrange(1, 4), KILLS - kills)):
            rig.reach(accepted(rig.ring) + dice.randrange(0, 4800))
            dead = rig.writer
            os.kill(dead, signal.SIGKILL)
            kills += 1
            rig.writer = wait_for(lambda: [child for child in children(rig.process.pid) if child != dead])[0]
        rig.reach(accepted(rig.ring) + 64)
        said = rig.end()
        assert "killed by signal 9" in said, said
        # A part that was being made when the writer died has no frame; the next run would see to it.
        subprocess.run([graphophone.path, "recover", home], check=True, capture_output=True)
        parts += judge(home, accepted(rig.ring), channels)
        clean(home)
    print(f"{kills} kills of the writer, {channels} channels: 0 accepted frames lost, {parts} files")


@pytest.mark.parametrize("files", ["one", "per-channel"])
def test_d11_what_a_dead_writer_saw_is_known(graphophone, home, files):
    """The peaks of the part that it left are those of its file, as another part's are."""
    (home / "rig.ini").write_text(RIG.replace("CHANNELS", "3") + f"files = {files}\n")
    live = Live(graphophone.path, "rig.ini")
    try:
        first = "001.wav" if files == "one" else "001-ch01.wav"
        live.grows(first, 40000)
        dead = wait_for(lambda: children(live.process.pid))[0]
        os.kill(dead, signal.SIGKILL)
        live.said("the writer was killed by signal 9")
        live.grows(first.replace(".wav", "-p002.wav") if files == "one" else "001-ch01-p002.wav", 40000)
        takes = live.stop()["takes"]
    finally:
        live.kill()
    assert len(takes) == (2 if files == "one" else 6)
    for take in takes:
        sound = samples(pathlib.Path(take["path"]))
        assert len(sound) == take["frames"] and take["peaks"] == [float(peak) for peak in np.abs(sound).max(axis=0)]
        assert take["rms"] == pytest.approx(np.sqrt((sound.astype("f8")**2).mean(axis=0)), rel=1e-6)


def test_a_writer_that_goes_on_dying_costs_the_take_alone(graphophone, home):
    """The fourth death in a minute is the last; the rig plays on, and ends with 5."""
    rig = Rig(graphophone.path, home, 2)
    rig.reach(64)
    for death in range(4):
        dead = rig.writer
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: is_gone(dead))
        if death < 3:
            rig.writer = wait_for(lambda: [child for child in children(rig.process.pid) if child != dead])[0]
    before = accepted(rig.ring)
    rig.reach(before + 4800)
    rig.process.send_signal(signal.SIGINT)
    said = rig.process.communicate(timeout=60)[0]
    assert rig.process.returncode == 5, said
    assert "four times in a minute" in said


def test_the_judge_convicts(graphophone, home):
    rig = Rig(graphophone.path, home, 2)
    rig.reach(4800)
    rig.end()
    frames = accepted(rig.ring)
    judge(home, frames, 2)
    with pytest.raises(AssertionError, match="accepted frames"):
        judge(home, frames + 1, 2)
    take = next(home.glob("*.wav"))
    data = bytearray(take.read_bytes())
    data[4096 + 801:4096 + 802] = b"\x01"
    take.write_bytes(data)
    with pytest.raises(AssertionError, match="wrong at"):
        judge(home, frames, 2)
