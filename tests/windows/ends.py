"""Runs of the Windows program that end otherwise than it wishes: the console, a dead writer, a dead engine, both. What was
recorded is in the files, to the frame."""
import json
import os
import pathlib
import signal
import subprocess
import time

import numpy
import pytest

from support.sound_files import read_floats

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
LIMIT = 120  # for hangs only
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 64
clock.signal = counter
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = takes/{take}.wav
start = auto
gap-limit = 60s
"""


def wait_for(what, why):
    end = time.monotonic() + LIMIT
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, why()
        time.sleep(0.02)


def programs_of(home):
    """The processes of the program that know this folder as their home, as the system of this machine numbers them; those
    whose end nobody has asked for yet are none."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home}\0".encode() not in (process / "environ").read_bytes() + b"\0":
                continue
            words = (process / "cmdline").read_bytes().split(b"\0")
            if any(word.endswith(b"graphophone.exe") for word in words) and b"console" not in words[0]:
                found[int(process.name)] = words
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass
    return found


class Run:
    """A run on the clock that records the counter by now."""

    def __init__(self, home, *before):
        self.home, self.takes = home, home / "takes"
        self.takes.mkdir()
        (home / "rig.ini").write_text(RIG)
        self.errors = (home / "errors").open("wb+")
        self.process = subprocess.Popen(
            [os.environ["GPH_PROGRAM"], *before, "run", "rig.ini", "--json"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors)
        self.records(100000)

    def said(self):
        return (self.home / "errors").read_text(errors="replace")

    def wait_for(self, what):
        return wait_for(what, lambda: (self.said(), list(self.takes.iterdir()), programs_of(self.home)))

    def sizes(self):
        """Of what is in its takes; a journal holds no sound."""
        return sum(path.stat().st_size for path in self.takes.iterdir() if path.name.endswith((".wav", ".wav.part")))

    def records(self, n_bytes):
        """Waits for so many bytes more in its takes."""
        target = self.sizes() + n_bytes
        self.wait_for(lambda: self.sizes() >= target)

    def writer(self, *dead):
        """The other process of the program."""
        found = self.wait_for(lambda: [pid for pid, words in programs_of(self.home).items()
                                       if b"run" not in words and pid not in dead])
        return found[0]

    def end(self):
        out, _ = self.process.communicate(timeout=LIMIT)
        self.wait_for(lambda: not programs_of(self.home))
        return out


@pytest.fixture
def start(home):
    made = []

    def begin(*before):
        made.append(Run(home, *before))
        return made[-1]

    yield begin
    for run in made:
        for pid in programs_of(home):
            os.kill(pid, signal.SIGKILL)
        run.process.kill()
        run.process.wait()
        run.errors.close()


def counted(folder):
    """How many frames the parts of the take hold together; each is the counter's, and none is missing between them."""
    assert not list(folder.glob("*.part")), list(folder.iterdir())
    parts = [read_floats(path) for path in sorted(folder.glob("*.wav"), key=lambda path: (len(path.name), path.name))]
    found = numpy.concatenate(parts)
    frame = numpy.arange(len(found))[:, None] + numpy.arange(2)[None, :] * 65536
    wrong = numpy.flatnonzero((found != (frame % 2**23 / 2**23).astype("f4")).any(axis=1))
    assert not len(wrong), f"{len(wrong)} frames, the first one is {wrong[0]} of {len(found)}"
    return len(found), len(parts)


@pytest.mark.parametrize("how", ["break", "close"])
def test_the_console_ends_a_run(start, home, how):
    run = start(BUILD / "tests/windows/console.exe", how, BUILD / "core/cli/graphophone.exe")
    summary = json.loads(run.end())
    assert run.process.returncode == 0, run.said()
    assert counted(run.takes) == (summary["takes"][0]["frames"], 1)


def test_another_writer_goes_on_for_a_dead_one(start, home):
    run = start()
    dead = run.writer()
    os.kill(dead, signal.SIGKILL)
    run.writer(dead)
    run.records(100000)
    run.process.send_signal(signal.SIGINT)
    summary = json.loads(run.end())
    assert run.process.returncode in (0, 1, 5), run.said()
    assert "the writer" in run.said()
    assert counted(run.takes) == (sum(take["frames"] for take in summary["takes"]), 2)
    assert summary["writer_deaths"] == 1


def test_the_writer_finishes_the_take_of_a_dead_engine(start, home):
    run = start()
    run.process.kill()
    run.end()
    frames, parts = counted(run.takes)
    assert parts == 1 and frames * 8 >= 100000 - 4096


def test_recover_finishes_what_both_left(graphophone, start, home):
    run = start()
    writer = run.writer()
    os.kill(run.process.pid, signal.SIGSTOP)
    os.kill(writer, signal.SIGKILL)
    os.kill(run.process.pid, signal.SIGKILL)
    run.end()
    assert list(run.takes.glob("*.wav.part")), list(run.takes.iterdir())
    looked = graphophone("recover", run.takes, "--dry-run")
    assert looked.returncode == 0 and list(run.takes.glob("*.wav.part")), looked.stderr
    result = graphophone("recover", run.takes)
    assert result.returncode == 0, result.stderr
    frames, parts = counted(run.takes)
    assert parts == 1 and frames * 8 >= 100000 - 4096
