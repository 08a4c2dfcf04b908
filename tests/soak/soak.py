"""Row L3: a wide rig that runs for long. GPH_SOAK=SECONDS is how long each of the two runs by the clock on the wall (4 if it is
not set): one offline, which makes months out of hours, and one in time, which writes by its own process.

Each second of all channels is a file, looked at when it is finished and then taken away; a table is overdubbed and played
beside them. At the end every frame was in a file or told as missing, and the rig is as large, and has as many files open, as
it had when it was warm. Figures are printed and, with GPH_SOAK_FIGURES=FILE, written there."""
import os
import pathlib
import time

import numpy as np
import pytest

from support.live import Live, until
from support.sound_files import read_floats

SECONDS = float(os.environ.get("GPH_SOAK", "4"))
CHANNELS = 32
RATE = 48000
RIG = """[patch]
dialect = 1
name = {name}
host = {host}
rate = 48kHz
length = endless
{option}
[in]
type = input
channels = 1-{channels}
[keep]
type = file-recorder
from = in
file = keep-{{take}}-{{part}}.wav
start = auto
rotate = 1s
reserve = 2s
[loop]
type = table
channels = 2
length = 700ms
spare = on
[voice]
type = tone
channels = 2
gain = -20dB
[over]
type = table-recorder
from = voice
table = loop
mode = overdub
feedback = 50%
fade = 5ms
[play]
type = table-player
table = loop
mode = loop
[mix]
type = file-recorder
from = play
file = mix-{{take}}-{{part}}.flac
start = auto
rotate = 10s
[control]
over.toggle = every 1s
keep.mark = every 700ms
loop.reverse = every 5s
"""
MOST_WAITING = 6  # finished files that nobody has looked at yet: then a rig that need not be in time waits

# A finished file is remembered for the summary: path, peaks, gaps.
A_FILE = 4096
# What else the memory of a process may differ by from one look to the next.
SLACK = 3 << 20
# A sanitizer keeps memory that was given back.
BARE = "GPH_SANITIZE" not in os.environ


class Figures:
    """What a process and its writer have: bytes of resident memory of their own, files open; as (files finished, {what: how
    much})."""

    def __init__(self, process, bare=BARE):
        self.process = process
        self.bare = bare
        self.seen = []

    def processes(self):
        yield "rig", self.process.pid
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for number, child in enumerate(children.read_text().split()):
            yield f"writer{number or ''}", int(child)

    def look(self, n_files):
        found = {}
        for name, pid in self.processes():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            # Rings are shared, of one size, and in the writer as far as they were read.
            found[f"{name} bytes"] = 1024 * int(status.partition("RssAnon:")[2].split()[0])
            found[f"{name} open files"] = len(os.listdir(f"/proc/{pid}/fd"))
        self.seen.append((n_files, found))

    def judge(self):
        """Warm is after a fifth. Least of what is later, most of what is last: a rig breathes, and that is no leak."""
        assert len(self.seen) >= 10, "too short to say anything"
        warm = self.seen[len(self.seen) // 5:]
        last = warm[2 * len(warm) // 3:]
        verdict = {}
        for what in warm[0][1]:
            before = max(found[what] for _, found in warm[:len(warm) // 3 + 1] if what in found)
            after = min(found[what] for _, found in last if what in found)
            allowed = SLACK + A_FILE * (last[-1][0] - warm[0][0]) if what.endswith("bytes") else 0
            judged = self.bare or not what.endswith("bytes")
            verdict[what] = (before, after, after - before <= allowed or not judged)
        return verdict


class Reader:
    """Looks at each finished file of all channels, and takes it away."""

    def __init__(self, home):
        self.home = home
        self.n = self.frames = self.silent = self.bytes = 0

    def waiting(self):
        return sorted(self.home.glob("keep-*.wav"), key=lambda path: int(path.stem.rpartition("-")[2]))

    def read(self):
        for path in self.waiting():
            rows = read_floats(path)
            wanted = (self.frames + np.arange(len(rows))[:, None] + 65536 * np.arange(CHANNELS)) % 2**23 / 2**23
            wrong = np.any(rows != wanted.astype("<f4"), axis=1)
            assert not rows[wrong].any(), f"{path.name}: {np.count_nonzero(wrong)} frames are neither the signal nor silence"
            self.silent += int(np.count_nonzero(wrong))
            self.frames += len(rows)
            self.bytes += path.stat().st_size
            self.n += 1
            path.unlink()
        for path in self.home.glob("mix-*.flac"):
            path.unlink()


def soak(program, home, host, option):
    (home / "rig.ini").write_text(RIG.format(host=host, option=option, channels=CHANNELS, name=f"soak{os.getpid()}"))
    live = Live(program, "rig.ini")
    reader = Reader(home)
    figures = Figures(live.process)
    begun = time.monotonic()
    try:
        until(lambda: reader.waiting(), "a first file", live.alive)
        next_look = 0
        while time.monotonic() - begun < SECONDS or len(figures.seen) < 12:
            assert live.alive(), live.lines[-5:]
            if host == "offline" and len(reader.waiting()) > MOST_WAITING:
                live.process.send_signal(19)
            reader.read()
            if host == "offline":
                live.process.send_signal(18)
            if time.monotonic() >= next_look:
                figures.look(reader.n)
                next_look = time.monotonic() + SECONDS / 100
            time.sleep(0.02)
        wall = time.monotonic() - begun
        result = live.stop()
    finally:
        live.kill()
    reader.read()
    return reader, figures.judge(), result, wall


def tell(name, reader, verdict, result, wall):
    lines = [f"{name}: {CHANNELS} channels, {wall:.0f} s on the wall, {reader.frames:,} frames ({reader.frames / RATE / 3600:.2f} h"
             f"{', past 2^32' if reader.frames >= 2**32 else ''}), {reader.n:,} files, {reader.bytes / 1e9:.1f} GB",
             f"{name}: lost {result['lost_in']:,} frames by the host, {result['lost_frames']:,} in takes, xruns {result['xruns']}, exit {result['exit_status']}, "
             f"writer deaths {result['writer_deaths']}"]
    lines += [f"{name}: {what}: {before:,} when warm, {after:,} at the end: {'flat' if flat else 'GROWS'}"
              for what, (before, after, flat) in verdict.items()]
    lines.append(f"{name}: {'PASSED' if all(flat for *_, flat in verdict.values()) else 'FAILED'}")
    print("\n".join(lines))
    if "GPH_SOAK_FIGURES" in os.environ:
        with open(os.environ["GPH_SOAK_FIGURES"], "a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


def account(reader, result):
    keep = [take for take in result["takes"] if take["node"] == "keep"]
    assert sum(take["frames"] for take in keep) == reader.frames == result["frame"]
    assert len(keep) == reader.n and all(take["complete"] for take in result["takes"])
    assert sum(take["lost"] for take in keep) == reader.silent
    assert result["exit_status"] == (1 if any(take["lost"] for take in result["takes"]) else 0)


@pytest.mark.parametrize("host, option", [
    ("offline", "offline.signal = counter"),
    # Two gaps that must be found, and room for a machine that does other things.
    ("clock", "clock.signal = counter\nclock.periods = 2000\nclock.script = 24000 lose 480, 60000 lose 1"),
])
def test_l3(graphophone, home, host, option):
    reader, verdict, result, wall = soak(graphophone.path, home, host, option)
    tell(host, reader, verdict, result, wall)
    account(reader, result)
    if host == "offline":
        assert reader.silent == 0
    else:
        assert reader.silent >= 481
    for what, (before, after, flat) in verdict.items():
        assert flat, f"{what}: {before:,} when warm, {after:,} at the end"


def test_the_judge_convicts():
    figures = Figures(None, bare=True)
    for leak, flat in ((0, True), (400_000, False)):
        figures.seen = [(n, {"rig bytes": 30_000_000 + leak * n, "rig open files": 20}) for n in range(60)]
        assert figures.judge()["rig bytes"][2] == flat
    figures.seen = [(n, {"rig bytes": 30_000_000, "rig open files": 20 + n // 10}) for n in range(60)]
    assert not figures.judge()["rig open files"][2]
