"""Row L2: somebody sets the clock, summer time begins and ends, the machine sleeps, in the middle of a take. Frames are counted
by the device and by the clock that nobody sets; names, times and rotation of a take go on by its frames.

The clocks of the program are shifted for it alone (clock_shift.c): to do that to the machine would be no test of ours."""
import os
import re
import struct
import subprocess
import time

import numpy as np
import pytest

from conftest import BUILD, SOURCE
from support.faults import SANITIZED
from support.live import Live, until
from support.sound_files import read_chunks, read_floats

SERVER = SOURCE / "tests/jack-server"
RATE = 48000
SECOND = 1_000_000_000
# The rules of central Europe, without the files of any system.
ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
SPRING = 1806195600  # 2027-03-28 01:00:00 UTC: 02:00 is 03:00
AUTUMN = 1824944400  # 2027-10-31 01:00:00 UTC: 03:00 is 02:00
RIG = """[patch]
dialect = 1
host = {host}
rate = 48kHz
length = {length}fr
{option}
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = %Y-%m-%d_%H-%M-%S-{{part}}.wav
start = {start}
{lines}
[control]
{control}
"""


class Clocks:
    """The shifts, in nanoseconds, of a program that is started with `environment`."""

    def __init__(self, home):
        self.path = home / "tmp/shift"
        self.set()
        library = BUILD / "tests/faults/clock-shift.so"
        self.environment = {**os.environ, "LD_PRELOAD": str(library), "GPH_CLOCK_SHIFT": str(self.path), "TZ": ZONE}
        if SANITIZED:  # AddressSanitizer wants to be the first library, for what this one does not replace
            self.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"

    def set(self, of_day=0, asleep=0):
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("<qq", of_day, asleep))

    def begin_at(self, unix_seconds):
        self.set(of_day=unix_seconds * SECOND - time.time_ns())


@pytest.fixture
def clocks(home):
    return Clocks(home)


@pytest.fixture
def run(graphophone, home, clocks):
    rigs = []

    def start(option, host="clock", length=5 * RATE, lines="", start="auto", control="", before=()):
        (home / "rig.ini").write_text(RIG.format(host=host, length=length, option=option, lines=lines, start=start,
                                                 control=control))
        program = graphophone.path
        if before:
            program = home / "tmp/program"
            program.write_text("#!/bin/sh\nexec " + " ".join(map(str, before)) + f" {graphophone.path} \"$@\"\n")
            program.chmod(0o755)
        rigs.append(Live(program, "rig.ini", env={**clocks.environment, "GPH_SKIP_STATUS": "77"}))
        return rigs[-1]
    yield start
    for one in rigs:
        one.kill()


def about(take):
    """(name's date and time, frames since midnight of the first frame, date and time as the file has them)."""
    bext = dict(read_chunks(take["path"]))["bext"]
    low, high = struct.unpack_from("<II", bext, 338)
    name = re.search(r"(\d+-\d+-\d+)_(\d+)-(\d+)-(\d+)-\d+(-\d+)?\.wav$", take["path"])
    return name.group(1, 2, 3, 4), low + (high << 32), (bext[320:330].decode(), bext[330:338].decode())


def seconds_of(name):
    return 3600 * int(name[1]) + 60 * int(name[2]) + int(name[3])


def agrees(take):
    """Name, time reference and date of a file are one moment; its time reference."""
    name, reference, (date, of_day) = about(take)
    assert seconds_of(name) == reference // RATE, take["path"]
    assert (date, of_day) == (name[0], ":".join(name[1:])), take["path"]
    return reference


def counts(takes):
    """All parts together are the counter."""
    for take in takes:
        first = take["first_frame"]
        wanted = (first + np.arange(take["frames"])[:, None] + [0, 65536]) % 2**23 / 2**23
        assert np.array_equal(read_floats(take["path"]), wanted.astype("<f4")), take["path"]
    return sum(take["frames"] for take in takes)


# So much may wait that a busy machine loses nothing.
CLOCK = "clock.signal = counter\nclock.periods = 2000"


def parts(home):
    return len({path.name.partition(".wav")[0] for path in home.glob("*.wav*")})


# ---------------------------------------------------------------- somebody sets the clock

def test_l2_a_clock_that_is_set_moves_no_frame_and_no_name(run, clocks, home):
    """An hour forward in the second part, two hours back in the fourth. Parts end with the seconds of the clock on the wall,
    as it was when the take began."""
    live = run(CLOCK, lines="rotate = 1s\nrotate-at = clock")
    until(lambda: parts(home) >= 2, "the second part", live.alive)
    clocks.set(of_day=3600 * SECOND)
    until(lambda: parts(home) >= 4, "the fourth part", live.alive)
    clocks.set(of_day=-3600 * SECOND)
    result = live.end()
    takes = result["takes"]
    assert result["exit_status"] == 0 and result["lost_in"] == 0, live.lines
    assert counts(takes) == 5 * RATE and 5 <= len(takes) <= 6
    references = [agrees(take) for take in takes]
    day = 86400 * RATE
    assert [(b - a) % day for a, b in zip(references, references[1:])] == [take["frames"] for take in takes[:-1]]
    assert all(reference % RATE == 0 for reference in references[1:])


def test_l2_the_take_after_it_has_the_new_time(run, clocks, home, free_port):
    live = run(CLOCK, length=3600 * RATE, control=f"osc = 127.0.0.1:{free_port}\ntake.toggle = osc /toggle")

    def toggle():
        subprocess.run(["oscsend", "127.0.0.1", str(free_port), "/toggle"], check=True)
    live.said("records")
    toggle()
    until(lambda: list(home.glob("*.wav")), "the first take", live.alive)
    clocks.set(of_day=6 * 3600 * SECOND)
    toggle()
    until(lambda: parts(home) == 2, "the second take", live.alive)
    first, second = live.stop()["takes"]
    frames = second["first_frame"] - first["first_frame"]
    by_the_wall = (agrees(second) - agrees(first)) % (86400 * RATE)
    # Both times are read when the writer sees the start.
    assert abs(by_the_wall - 6 * 3600 * RATE - frames) < RATE
    assert counts([first, second])


# ---------------------------------------------------------------- summer time begins and ends

@pytest.mark.parametrize("change, before, after", [(SPRING, 2, 3), (AUTUMN, 3, 2)])
def test_l2_summer_time_moves_no_frame(run, clocks, change, before, after):
    """The part of the full hour begins when the clock is turned, and has the hour that it then is."""
    clocks.begin_at(change - 20)
    result = run("offline.signal = counter", host="offline", length=60 * RATE, lines="rotate = 1h\nrotate-at = clock").end()
    takes = result["takes"]
    assert result["exit_status"] == 0 and counts(takes) == 60 * RATE and len(takes) == 2
    references = [agrees(take) for take in takes]
    assert references[0] + takes[0]["frames"] == before * 3600 * RATE and references[1] == after * 3600 * RATE
    assert about(takes[1])[0][1:] == (f"{after:02}", "00", "00")


def test_l2_without_a_turn_the_hour_goes_on(run, clocks):
    """The same a week later convicts a judge that does not look."""
    clocks.begin_at(SPRING + 7 * 86400 - 20)
    takes = run("offline.signal = counter", host="offline", length=60 * RATE, lines="rotate = 1h\nrotate-at = clock").end()["takes"]
    first, second = (agrees(take) for take in takes)
    assert second - first == takes[0]["frames"] and about(takes[1])[0][1:] == ("03", "00", "00")


# ---------------------------------------------------------------- the machine sleeps

SLEPT = 3 * RATE
# What a server that may not have been in time leaves undecided of it.
ABOUT = RATE // 10


def gaps_of(result):
    """(frame of the run, frames) of all gaps; what is missing is in them, each frame once."""
    gaps = []
    at = 0
    for take in result["takes"]:
        first = take["first_frame"]
        gaps += [(first + gap["at"], gap["frames"]) for gap in take["gaps"]]
        # A gap that parts a take is told with the part before it and is in neither.
        assert first in (at, at + (gaps[-1][1] if gaps else 0))
        at = first + take["frames"]
    assert sum(frames for _, frames in gaps) == result["lost_in"]
    return gaps


@pytest.mark.parametrize("lines, n", [("", 1), ("gap-limit = 1s", 2)])
def test_l2_a_suspend_while_the_device_is_away_is_a_gap_then_a_part(run, clocks, lines, n):
    """It is away for a moment by the clock that stands while the machine sleeps, and for as long as it slept by the other."""
    live = run(CLOCK + "\nclock.script = 4800 vanish 300ms", length=10 * RATE, lines=lines)
    live.said("is gone: the device is not there")
    clocks.set(asleep=3 * SECOND)
    result = live.end()
    gaps = gaps_of(result)
    assert [frames for _, frames in gaps if frames >= SLEPT + 0.3 * RATE - 512], gaps
    assert len(result["takes"]) == n and result["exit_status"] == 1
    takes = result["takes"]
    assert takes[-1]["first_frame"] + takes[-1]["frames"] == 10 * RATE
    references = [agrees(take) for take in takes]
    assert [reference - references[0] for reference in references] == [take["first_frame"] for take in takes]


@pytest.mark.parametrize("lines, n", [("", 1), ("gap-limit = 1s", 2)])
def test_l2_a_suspend_beside_a_server_is_a_gap_then_a_part(run, clocks, home, lines, n):
    """The server has not counted the time in which the machine slept; the rig has."""
    if subprocess.run([SERVER, "true"], env={**os.environ, "GPH_SKIP_STATUS": "77"}, capture_output=True).returncode:
        pytest.skip("no jackd, or no right to make namespaces")
    shift = [f"LD_PRELOAD={clocks.environment.pop('LD_PRELOAD')}"]
    live = run("", host="jack", lines=lines, before=[SERVER, "env", *shift])
    until(lambda: any(path.stat().st_size > 400000 for path in home.glob("*.part")), "a second of sound", live.alive)
    clocks.set(asleep=3 * SECOND)
    result = live.end()
    gaps = gaps_of(result)
    assert [frames for _, frames in gaps if frames >= SLEPT - ABOUT], gaps
    takes = result["takes"]
    assert len(takes) >= n and result["exit_status"] == 1
    assert takes[-1]["first_frame"] + takes[-1]["frames"] == 5 * RATE
    references = [agrees(take) for take in takes]
    assert [reference - references[0] for reference in references] == [take["first_frame"] for take in takes]
