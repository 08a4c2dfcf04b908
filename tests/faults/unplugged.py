"""Rows H5, H6 and H7: devices go away and come back, programs and servers stand still. Files, gap list and cues together are
the signal, to the frame."""
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys

import numpy as np
import pytest

from conftest import SOURCE
from support.live import Live

sys.path.insert(0, os.path.dirname(__file__))
from kills import accepted, children, counter, ring_of, samples, wait_for

SERVER = SOURCE / "tests/jack-server"
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 256
clock.signal = counter
{host}
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = {{take}}.wav
start = auto
{take}
"""
# The block in which the script's frame lies is the last one.
LAST = 4864
LENGTH = 48000


def cues(path):
    """The cue points of a WAV: frame and label."""
    data = path.read_bytes()
    at, points, labels = 12, {}, {}
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8:at + 8 + size]
        if name == b"cue ":
            for n in range(struct.unpack_from("<I", body)[0]):
                number, *_, frame = struct.unpack_from("<II4sIII", body, 4 + 24 * n)
                points[number] = frame
        if name == b"LIST" and body[:4] == b"adtl":
            inside = 4
            while inside < len(body):
                kind, length, number = struct.unpack_from("<4sII", body, inside)
                if kind == b"labl":
                    labels[number] = body[inside + 12:inside + 8 + length].rstrip(b"\0").decode()
                inside += 8 + (length + 1) // 2 * 2
        at += 8 + (size + 1) // 2 * 2
    return sorted((frame, labels.get(number, "")) for number, frame in points.items())


class Run:
    """A rig that ran to its end. `check` holds all of its files together to the counter."""

    def __init__(self, program, home, host, take=""):
        (home / "rig.ini").write_text(RIG.format(host=host, take=take))
        self.home = home
        self.live = Live(program, "rig.ini")

    def finish(self, signal_number=None):
        self.result = self.live.stop(signal_number) if signal_number else self.live.end()
        self.parts = self.result["takes"]
        return self

    def check(self, silent=()):
        """`silent`: (first, last) frames of the host that may be silence without being lost. The gaps, as frames of the
        host: where and how many."""
        gaps, at = [], 0
        for part in self.parts:
            path = self.home / part["path"]
            rows = samples(path)
            first = part["first_frame"]
            assert len(rows) == part["frames"] and first == at
            wanted = counter(first, len(rows), 2)
            for gap in part["gaps"]:
                wanted[gap["at"]:gap["at"] + gap["frames"]] = 0
                gaps.append((first + gap["at"], gap["frames"]))
            assert [(gap["at"], f"gap {gap['frames']} frames") for gap in part["gaps"]] == cues(path)
            at = first + len(rows)
            if gaps and gaps[-1][0] == at:  # what is not in this file is before the next
                at += gaps[-1][1]
            if silent:
                place = slice(max(silent[0] - first, 0), max(silent[1] - first, 0))
                assert not rows[place].any()
                wanted[place] = 0
            wrong = np.flatnonzero(np.any(rows != wanted, axis=1))
            assert not len(wrong), f"{path}: wrong at {wrong[:5]}, {len(wrong)} of {len(rows)}"
        assert sum(frames for _, frames in gaps) == self.result["lost_in"] == sum(part["lost"] for part in self.parts)
        self.length = at
        return gaps


@pytest.fixture
def run(graphophone, home):
    runs = []

    def start(host, take=""):
        runs.append(Run(graphophone.path, home, host, take))
        return runs[-1]
    yield start
    for one in runs:
        one.live.kill()


def the_gap(gaps, at=LAST):
    """The gap where the device went; its frames."""
    assert at in dict(gaps), gaps
    return dict(gaps)[at]


# ---------------------------------------------------------------- H7

GONE = f"length = {LENGTH}fr\nclock.script = {LAST - 64} vanish 100ms"
LEAST = 4000  # the device is away for 4,800 frames from a moment within the last block on


def test_h7_wait_fills_in_what_the_clock_says(run):
    one = run(GONE).finish()
    assert the_gap(one.check()) >= LEAST
    assert one.result["exit_status"] == 1 and one.length == LENGTH and len(one.parts) == 1
    one.live.said("is gone: the device has vanished")
    one.live.said("is back")


@pytest.mark.parametrize("take", ["gap = split", "gap-limit = 50ms"])
def test_h7_a_gap_may_part_the_take(run, take):
    one = run(GONE, take).finish()
    frames = the_gap(one.check())
    assert frames >= LEAST and one.length == LENGTH
    assert [(part["first_frame"], part["frames"]) for part in one.parts][:2] == [
        (0, LAST), (LAST + frames, one.parts[1]["frames"])]


def test_h7_a_gap_within_the_limit_does_not(run):
    one = run(GONE, "gap-limit = 60s").finish()
    assert the_gap(one.check()) >= LEAST and len(one.parts) == 1


def test_h7_a_gap_may_end_the_take(run):
    one = run(GONE, "gap = stop").finish()
    assert the_gap(one.check()) >= LEAST
    assert [part["frames"] for part in one.parts] == [LAST]
    assert one.result["exit_status"] == 1


@pytest.mark.parametrize("take", ["", "gap = split", "gap = stop"])
def test_h7_the_end_may_come_while_it_is_away(run, take):
    """The take is as long as the run, or its last frames are told as missing."""
    one = run("length = 6000fr\nclock.script = 4800 vanish 100ms", take).finish()
    part, = one.parts
    assert part["gaps"] == [{"at": LAST, "frames": 6000 - LAST}] and part["lost"] == 6000 - LAST
    assert part["frames"] == (LAST if take else 6000) and one.result["exit_status"] == 1
    rows = samples(pathlib.Path(part["path"]))
    assert np.array_equal(rows[:LAST], counter(0, LAST, 2)) and not rows[LAST:].any()


def test_h7_opening_is_tried_again(run):
    one = run(GONE + f", {LAST - 64} refuse 2").finish()
    assert the_gap(one.check()) >= LEAST and one.length == LENGTH
    one.live.said("is gone: the device refuses to open")


def test_h7_follow_takes_the_other_device(run):
    """It is there at once: what is missing is what it took to see the loss, if that was a frame."""
    one = run(f"length = {LENGTH}fr\non_loss = follow\nclock.script = {LAST - 64} vanish 1h").finish()
    one.check()
    assert one.length == LENGTH
    one.live.said("is back")


def test_h7_stop_ends_the_run(run):
    one = run(f"on_loss = stop\nclock.script = {LAST - 64} vanish 1h").finish()
    one.check()
    assert [part["frames"] for part in one.parts] == [LAST] and one.result["exit_status"] == 4
    one.live.said("the device is gone (on_loss = stop)")


@pytest.mark.parametrize("take", ["", "gap = split"])
def test_h7_the_clock_may_go_on_without_it(run, take):
    """Silence, of which no frame is lost but for less than two blocks where the device takes over again."""
    one = run(GONE + "\ntimeline = clock", take).finish()
    back = max(part["first_frame"] + gap["at"] for part in one.parts for gap in part["gaps"])
    gaps = one.check(silent=(LAST, back))
    assert back - LAST >= LEAST and one.length == LENGTH
    assert dict(gaps)[back] < 2 * 256
    assert len(one.parts) == (len(gaps) + 1 if take else 1)


def test_h7_one_that_does_not_come_back_is_waited_for(run):
    """Until somebody ends the run; the take is what there was."""
    one = run(f"clock.script = {LAST - 64} vanish 1h")
    one.live.said("is gone: the device is not there")
    one.finish(signal.SIGINT).check()
    assert [part["frames"] for part in one.parts] == [LAST] and one.result["exit_status"] == 4


def test_the_check_convicts(run, home):
    one = run(GONE).finish()
    one.check()
    path = home / one.parts[0]["path"]
    data = bytearray(path.read_bytes())
    whole = bytes(data)
    data[4096 + 8 * (LENGTH - 1)] ^= 1
    path.write_bytes(data)
    with pytest.raises(AssertionError, match="wrong at"):
        one.check()
    path.write_bytes(whole)
    for change in (1, -1):
        one.parts[0]["gaps"][0]["frames"] += change
        with pytest.raises(AssertionError):
            one.check()
        one.parts[0]["gaps"][0]["frames"] -= change
    one.check()


# ---------------------------------------------------------------- H6

def test_h6_what_the_device_lost_is_where_it_was_lost(run):
    one = run(f"length = {LENGTH}fr\nclock.script = 4800 lose 480, 9600 lose 1, 9601 lose 1").finish()
    gaps = dict(one.check())
    assert gaps[4864] == 480 and sum(gaps.values()) >= 482 and one.length == LENGTH


def test_h6_a_program_that_stood_still(run, home):
    """Frames of the take = frames by the clock; the gap is as long as it stood, but for what the device buffers."""
    one = run("length = 96000fr", "gap = split")
    one.live.grows(home / "001.wav", 8 * 4800)
    one.live.process.send_signal(signal.SIGSTOP)
    subprocess.run(["sleep", "0.5"], check=True)
    one.live.process.send_signal(signal.SIGCONT)
    gaps = one.finish().check()
    assert max(frames for _, frames in gaps) >= 24000 - 48 * 256
    assert one.length == 96000 and one.result["exit_status"] == 1


STANDS = """
"$@" &
rig=$!
while ! [ -e $READY ] || [ $(stat -c %s $READY) -lt 80000 ]; do kill -0 $rig || exit 1; sleep 0.01; done
kill -STOP $GPH_JACK_PID
sleep 0.4
kill -CONT $GPH_JACK_PID
wait $rig
"""
TONE = """[patch]
dialect = 1
host = {host}
rate = 48kHz
length = {length}
[beep]
type = tone
freq = 997Hz
[take]
type = file-recorder
from = beep
file = {file}.wav
format = wav-f32
start = auto
"""


def test_h6_a_server_that_stood_still(graphophone, home):
    """The tone goes on where it stopped, and the gap is in the file, listed and marked: the take is as long as the run."""
    (home / "whole.ini").write_text(TONE.format(host="offline", length="96000fr", file="whole"))
    assert graphophone("render", "whole.ini").returncode == 0
    (home / "rig.ini").write_text(TONE.format(host="jack", length="96000fr", file="001"))
    command = [SERVER, "sh", "-c", STANDS, "sh", graphophone.path, "run", "rig.ini", "--json"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                         env={**os.environ, "GPH_SKIP_STATUS": "77", "READY": "001.wav.part"})
    if ran.returncode == 77:
        pytest.skip("no jackd, or no right to make namespaces")
    assert ran.returncode == 1, ran.stderr
    result = json.loads(ran.stdout)
    part, = result["takes"]
    rows = samples(home / "001.wav")
    gaps = part["gaps"]
    sound = np.ones(len(rows), bool)
    for gap in gaps:
        sound[gap["at"]:gap["at"] + gap["frames"]] = False
    assert len(rows) == part["frames"] == 96000
    assert not rows[~sound].any()
    assert np.array_equal(rows[sound], samples(home / "whole.wav")[:np.count_nonzero(sound)])
    assert np.count_nonzero(~sound) == part["lost"] == result["lost_in"] and result["exit_status"] == 1
    assert [(gap["at"], f"gap {gap['frames']} frames") for gap in gaps] == cues(home / "001.wav")
    # 0.4 s, but for what the server buffers.
    assert max(gap["frames"] for gap in gaps) >= 19200 - 2 * 256


# ---------------------------------------------------------------- H5

def test_h5_freewheel_waits_for_a_disk_that_stands_still(run, home):
    """The writer is stopped until the ring is full and the cycle waits for it: no frame is dropped."""
    one = run("length = 960000fr\nclock.script = 0 freewheel on", "buffer = 100ms")

    def ring():
        assert one.live.alive(), one.live.lines
        return ring_of(one.live.process.pid)
    memory = wait_for(ring)
    writer, = wait_for(lambda: children(one.live.process.pid))
    wait_for(lambda: accepted(memory) > 0)
    os.kill(writer, signal.SIGSTOP)
    full = wait_for(lambda: stands(memory))
    os.kill(writer, signal.SIGCONT)
    assert one.finish().check() == []
    assert one.length == 960000 and one.result["exit_status"] == 0 and full < 960000


def stands(ring):
    """How many frames the ring has accepted once that no longer changes."""
    before = accepted(ring)
    subprocess.run(["sleep", "0.2"], check=True)
    return before if accepted(ring) == before else None


def test_h5_offline_waits_likewise(graphophone, home):
    """64 channels into a ring of a tenth of a second, far faster than a disk."""
    (home / "rig.ini").write_text(TONE.format(host="offline", length="100000fr", file="001").replace(
        "freq = 997Hz", "freq = 997Hz\nchannels = 64").replace("start = auto", "start = auto\nbuffer = 100ms"))
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    rows = samples(home / "001.wav")
    assert len(rows) == 100000 and np.array_equal(rows[:, 0], rows[:, 63]) and "missing" not in result.stderr
