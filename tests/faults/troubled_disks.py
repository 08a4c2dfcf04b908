"""Rows D2, D3 and D8 on a rig that plays: its disk stands still, can only be read from one moment on, or somebody lays hands
on the files that are being written. Files and gap list together are the signal, to the frame.

The disk is an image of ext4 that the rig mounts for itself; the test has it by the rig's own root."""
import contextlib
import fcntl
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from support.live import Live, until

sys.path.insert(0, os.path.dirname(__file__))
import kills
from kills import counter

FREEZE, THAW = 0xC0045877, 0xC0045878
RATE = 48000
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 256
clock.signal = counter
[mics]
type = input
channels = 1-2
"""
RECORDER = """[{name}]
type = file-recorder
from = mics
file = {folder}/{name}-{{part}}.wav
start = auto
{lines}
"""


def samples(path):
    return kills.samples(pathlib.Path(path))


class Rig:
    """One run of some recorders, on a disk of its own or in a folder."""

    def __init__(self, program, home, recorders, folder="disk"):
        self.home = home
        (home / "rig.ini").write_text(RIG + "".join(RECORDER.format(name=name, folder=folder, lines=lines)
                                                    for name, lines in recorders.items()))
        self.live = Live(program, "rig.ini")
        self.disk = pathlib.Path(f"/proc/{self.live.process.pid}/root{home}/{folder}")

    def part(self, name, number=1):
        """A file, finished or not; None: there is none yet."""
        for path in (self.disk / f"{name}-{number:03}.wav.part", self.disk / f"{name}-{number:03}.wav"):
            with contextlib.suppress(FileNotFoundError):
                path.stat()
                return path
        return None

    def grows(self, name, seconds, number=1):
        """Waits until a part has so much more sound than now."""
        def size():
            path = self.part(name, number)
            return path.stat().st_size if path else 0
        target = size() + int(seconds * RATE) * 8
        until(lambda: size() >= target, f"{name}-{number} of {target} bytes", self.live.alive)

    def keep(self, take):
        """The samples of a file of a disk that is gone with the rig's end, read while there is one."""
        return samples(self.home / "out" / pathlib.Path(take["path"]).name)


@pytest.fixture
def spare(home):
    for folder in ("disk", "spare", "out"):
        (home / folder).mkdir()


@pytest.fixture
def own_disk(graphophone, home, spare):
    """Runs recorders on a disk that is mounted for the rig alone, which leaves what is on it in `out` when it ends."""
    with open("image", "wb") as image:
        image.truncate(256 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "image"], check=True, stdin=subprocess.DEVNULL)
    script = home / "mounted"
    script.write_text(f"""#!/bin/sh
exec unshare -m sh -c 'mount -o loop,errors=remount-ro image disk || exit 77
"$0" "$@" & rig=$!
trap "kill -INT $rig" INT
while kill -0 $rig 2>/dev/null; do wait $rig; status=$?; done
cp -a disk/. out/
exit $status' {graphophone.path} "$@"
""")
    script.chmod(0o755)
    if subprocess.run(["unshare", "-m", "sh", "-c", "mount -o loop image disk"], capture_output=True).returncode != 0:
        pytest.skip("no right to mount an image")
    rigs = []

    def play(recorders):
        rigs.append(Rig(str(script), home, recorders))
        return rigs[-1]
    yield play
    for one in rigs:
        for pid in kills.children(one.live.process.pid) if one.live.alive() else []:
            os.kill(pid, signal.SIGKILL)
        one.live.kill()


def account(takes, read, first=0):
    """Files that follow each other: every frame is the counter's, or silence that is listed. Where they end, and the gaps as
    frames of the host."""
    at, gaps = first, []
    for take in takes:
        assert take["first_frame"] == at, takes
        rows = read(take)
        assert len(rows) == take["frames"]
        wanted = counter(at, len(rows), 2)
        for gap in take["gaps"]:
            wanted[gap["at"]:gap["at"] + gap["frames"]] = 0
            gaps.append((at + gap["at"], gap["frames"]))
        wrong = np.flatnonzero(np.any(rows != wanted, axis=1))
        assert not len(wrong), f"{take['path']}: wrong at {wrong[:5]}, {len(wrong)} of {len(rows)}"
        at += len(rows)
        if gaps and gaps[-1][0] == at:  # what is not in this file is before the next
            at += gaps[-1][1]
    return at, gaps


def of(result, name):
    takes = [take for take in result["takes"] if take["node"] == name]
    return sorted(takes, key=lambda take: take["first_frame"])


def stands_still(disk, seconds):
    """The disk answers nobody for so long."""
    folder = os.open(disk, os.O_RDONLY)
    try:
        fcntl.ioctl(folder, FREEZE, 0)
        began = time.monotonic()
        try:
            time.sleep(seconds)
        finally:
            fcntl.ioctl(folder, THAW, 0)
        return time.monotonic() - began
    finally:
        os.close(folder)


def test_d3_a_disk_that_stands_still_costs_what_the_ring_cannot_hold(own_disk):
    """20 ms, 2 s and 12 s, seen by rings of 1, 5 and 20 s."""
    rig = own_disk({"short": "buffer = 1s", "usual": "buffer = 5s", "long": "buffer = 20s"})
    rig.grows("long", 0.5)
    stands_still(rig.disk, 0.02)
    rig.grows("long", 0.5)
    stands_still(rig.disk, 2)
    rig.grows("long", 2.5)
    frozen = stands_still(rig.disk, 12)
    rig.grows("long", frozen + 0.5)
    result = rig.live.stop()
    found = {name: account(of(result, name), rig.keep) for name in ("short", "usual", "long")}
    assert len({frames for frames, _ in found.values()}) == 1
    lost = {name: sum(frames for _, frames in gaps) for name, (_, gaps) in found.items()}
    # What the device of a busy machine has lost is missing everywhere; beyond that, what the ring had no room for.
    assert lost["long"] == result["lost_in"]
    assert lost["usual"] - lost["long"] >= (12 - 5.5) * RATE
    assert lost["short"] - lost["long"] >= (2 - 1.5 + 12 - 1.5) * RATE
    assert max(frames for _, frames in found["usual"][1]) <= 10 * RATE and len(of(result, "usual")) == 1
    assert max(frames for _, frames in found["short"][1]) > 10 * RATE and len(of(result, "short")) == 2
    assert result["exit_status"] == 1
    for name in ("short", "usual", "long"):
        rig.live.said(f"[{name}] the disk is slow: the ring was filled to")
    for name in ("short", "usual"):
        rig.live.said(f"[{name}] {lost[name]} frames are missing in this take")


def test_d2_a_disk_that_can_only_be_read_from_now_on(own_disk, home):
    rig = own_disk({"keep": f"failover = {home}/spare"})
    rig.grows("keep", 1.5)
    mounts = pathlib.Path(f"/proc/{rig.live.process.pid}/mounts").read_text().splitlines()
    device, = [line.split()[0] for line in mounts if line.split()[1] == f"{home}/disk"]
    pathlib.Path(f"/sys/fs/ext4/{pathlib.Path(device).name}/trigger_fs_error").write_text("1")
    rig.live.said("Read-only file system")
    rig.disk = home / "spare"
    rig.grows("keep", 0.5, 2)
    result = rig.live.stop()
    takes = of(result, "keep")
    assert result["exit_status"] == 5 and len(takes) == 2
    frames, gaps = account(takes, lambda take: rig.keep(take) if "/disk/" in take["path"] else samples(take["path"]))
    assert sum(frames for _, frames in gaps) == result["lost_in"]
    assert takes[1]["complete"] and not list((home / "spare").glob("*.part"))


# ---------------------------------------------------------------- D8

@pytest.fixture
def rig(graphophone, home, spare):
    one = Rig(graphophone.path, home, {"keep": "sync = 100ms"})
    one.grows("keep", 0.5)
    yield one
    one.live.kill()


def after(rig, told):
    """The rig sees it, says so and goes on; its summary, once there is some more sound."""
    rig.live.said(told)
    rig.grows("keep", 0.5, 2)
    result = rig.live.stop()
    assert result["exit_status"] == 1
    assert [take["complete"] for take in result["takes"]] == [False, True]
    return result["takes"]


@pytest.mark.parametrize("crime", ["deleted", "renamed", "replaced"])
def test_d8_a_file_that_is_taken_away_is_missed_at_a_barrier(rig, home, crime):
    path = home / "disk/keep-001.wav.part"
    size = path.stat().st_size
    if crime == "deleted":
        path.unlink()
    else:
        path.rename(home / "out/mine.wav")
    if crime == "replaced":
        path.write_bytes(b"somebody's only copy")
    first, second = after(rig, "somebody deleted or renamed a file that is being written")
    # What had been written when it went is all that is gone; of a file that is still there, nothing.
    assert second["first_frame"] <= (size - 4096) // 8 + RATE
    account([second], lambda take: samples(take["path"]), second["first_frame"])
    if crime == "replaced":
        assert path.read_bytes() == b"somebody's only copy"
    if crime == "renamed":
        rows = np.frombuffer((home / "out/mine.wav").read_bytes()[4096:], "<f4").reshape(-1, 2)
        assert len(rows) >= second["first_frame"]
        assert np.array_equal(rows[:second["first_frame"]], counter(0, second["first_frame"], 2))


def test_d8_a_file_that_is_cut_is_gone_on_with_at_the_cut(rig, home):
    """All that was cut off is in the ring still."""
    os.truncate(home / "disk/keep-001.wav.part", 4096 + 1000 * 8)
    first, second = after(rig, "somebody cut a file that is being written")
    assert (first["frames"], second["first_frame"]) == (1000, 1000)
    account([second], lambda take: samples(take["path"]), 1000)
