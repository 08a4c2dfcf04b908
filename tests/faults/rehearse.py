"""`run --rehearse`: faults on a rig that is real, as a person types them before opening night. Takes and gap list are the
signal, to the frame; the status is that of a real fault; real takes are neither touched nor counted; and without the word
nothing happens."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from support.faults import Refusal
from support.live import Live, until
from support.sound_files import read_floats

sys.path.insert(0, os.path.dirname(__file__))
from kills import counter, is_gone, children

# So much may wait that a busy machine loses nothing by itself.
BLOCK = 256
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 256
clock.signal = counter
clock.periods = 2000
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = {take}.wav
"""


class Rehearsal:
    """A rig that rehearses; `end` waits for the end that comes by itself."""

    def __init__(self, program, faults, lines, *arguments):
        pathlib.Path("rig.ini").write_text(RIG + lines)
        words = ["--rehearse", faults, *arguments] if faults else arguments
        self.live = Live(program, "rig.ini", *words)

    def end(self, signal_number=None):
        self.result = self.live.stop(signal_number) if signal_number else self.live.end()
        self.takes = self.result["takes"]
        self.faults = self.result["rehearsal"]
        assert self.live.process.returncode == self.result["exit_status"]
        return self

    def check(self, folder="rehearsal"):
        """All files are the counter, at its frame, but for what is told as missing; the gaps: where in the run, how many."""
        gaps, at = [], None
        for take in self.takes:
            path = pathlib.Path(take["path"])
            assert path.parent.name == folder
            rows = read_floats(path)
            assert len(rows) == take["frames"] and at in (None, take["first_frame"])
            wanted = counter(take["first_frame"], len(rows), 2)
            for gap in take["gaps"]:
                wanted[gap["at"]:gap["at"] + gap["frames"]] = 0
                gaps.append((take["first_frame"] + gap["at"], gap["frames"]))
            at = take["first_frame"] + len(rows)
            wrong = np.flatnonzero(np.any(rows != wanted, axis=1))
            assert not len(wrong), f"{path}: wrong at {wrong[:5]}, {len(wrong)} of {len(rows)}"
        told = [(gap["path"], gap["at"], gap["frames"]) for fault in self.faults for gap in fault["gaps"]]
        assert told == [(take["path"], gap["at"], gap["frames"]) for take in self.takes for gap in take["gaps"]]
        for fault in self.faults:
            assert fault["lost"] == sum(gap["frames"] for gap in fault["gaps"])
        return gaps

    def said(self, *texts):
        """In this order."""
        lines = iter(self.live.lines)
        for text in texts:
            assert any(text in line for line in lines), f"not said in its place: '{text}' of {self.live.lines}"


@pytest.fixture
def rehearse(graphophone, home):
    """rehearse("stall=1s", "lines of the recorder", arguments...)"""
    running = []

    def start(faults, lines="start = auto\n", *arguments):
        running.append(Rehearsal(graphophone.path, faults, lines, *arguments))
        return running[-1]
    yield start
    for one in running:
        one.live.kill()


# ---------------------------------------------------------------- the disk

def test_stall_and_full_cost_nothing_that_the_ring_holds(rehearse, home):
    """One after the other, in one take; a full disk is 5 though no frame is missing."""
    one = rehearse("stall=1s,full=100001B", "start = auto\nbuffer = 20s\n").end()
    stall, full = one.faults
    assert one.check() == [] and one.result["exit_status"] == 5
    assert [fault["state"] for fault in one.faults] == ["done", "done"]
    assert re.fullmatch(r"stall of 1s: 0 frames lost; the ring holds 20\.\d s and was filled to \d+ %", stall["verdict"])
    assert re.fullmatch(r"full after 100001B: 0 frames lost; the ring holds 20\.\d s and was filled to \d+ %", full["verdict"])
    # It begins 2 s into the take, and lasts so long in the ring.
    assert 96000 <= stall["begun"] and stall["ended"] <= full["begun"]
    assert stall["ring_peak"] * stall["ring_seconds"] > 0.8 and full["ring_peak"] * full["ring_seconds"] > 1
    one.said("rehearsal: faults will be injected", "records 001.wav",
             "rehearsal: the disk of the takes stands still from now on, for 1 s",
             "rehearsal: the disk of the takes writes again",
             "rehearsal: the disk of the takes has room for 100001B from now on, for 3 s",
             "the disk refuses, the ring holds on: cannot write: No space left on device",
             "rehearsal: the disk of the takes has room again", "rehearsal: no more faults; the takes are finished")
    assert sorted(path.name for path in (home / "rehearsal").iterdir()) == ["001.wav"]


def test_a_stall_beyond_the_ring_is_a_gap_of_its_length(rehearse):
    one = rehearse("stall=2s", "start = auto\nbuffer = 500ms\n").end()
    (at, frames), = one.check()
    fault, = one.faults
    assert one.result["exit_status"] == 1 and fault["state"] == "done"
    # What the ring holds came after the beginning, the rest of two seconds is missing.
    assert fault["begun"] < at and fault["lost"] == frames
    assert at + frames - fault["begun"] >= 2 * 48000 - 20000
    assert fault["ring_peak"] > 0.99 and f"stall of 2s: {frames} frames lost in [take]" in fault["verdict"]
    assert "'buffer = " in fault["verdict"]


SPARE = """set -e
mount -t tmpfs none spare
set +e
"$@" > result 2> told
echo $? > status
cp -a spare/. out
"""


@pytest.mark.parametrize("other_disk", [True, False])
def test_full_is_what_failover_is_for(graphophone, home, other_disk):
    """On another disk it takes over at the next frame. On the same one it is full, too, and that is said."""
    for folder in ("spare", "out"):
        (home / folder).mkdir()
    (home / "rig.ini").write_text(RIG + "start = auto\nfailover = spare\nbuffer = 20s\n")
    command = [graphophone.path, "run", "rig.ini", "--json", "--rehearse", "full=50001B"]
    script = SPARE if other_disk else SPARE.replace("mount -t tmpfs none spare", ":")
    ran = subprocess.run((["unshare", "-Urm"] if other_disk else []) + ["sh", "-c", script, "sh", *command],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if not (home / "status").exists():
        pytest.skip("no right to make namespaces")
    assert (home / "status").read_text() == "5\n", (home / "told").read_text()
    result = json.loads((home / "result").read_text())
    fault, = result["rehearsal"]
    assert fault["state"] == "done" and fault["lost"] == 0 and fault["took_over"] == other_disk
    assert ("failover took over" in fault["verdict"]) == other_disk
    shared = "[take] 'failover' is on the disk of the takes: both are full at once"
    assert (shared in (home / "told").read_text()) == (not other_disk)
    first, second = [pathlib.Path(take["path"]) for take in result["takes"]]
    assert first == home / "rehearsal/001.wav"
    if other_disk:
        assert second == home / "spare/rehearsal/001-p002.wav"
        second = home / "out/rehearsal/001-p002.wav"
    before, after = read_floats(first), read_floats(second)
    assert [len(before), len(after)] == [take["frames"] for take in result["takes"]]
    assert np.array_equal(np.concatenate([before, after]), counter(0, len(before) + len(after), 2))
    assert ran.returncode == 0


# ---------------------------------------------------------------- the host

def test_xrun_and_unplug_are_gaps_of_their_length(rehearse):
    """An xrun is whole blocks, to the frame; a device that was gone is what passed by the clock until it was back."""
    one = rehearse("xrun=480fr,unplug=300ms").end()
    xrun, unplug = one.faults
    assert one.result["exit_status"] == 1 and [fault["state"] for fault in one.faults] == ["done", "done"]
    (at, frames), (away, gone) = one.check()
    assert frames == xrun["lost"] == 512 and at % BLOCK == 0 and xrun["begun"] <= at <= xrun["ended"]
    assert xrun["verdict"] == "xrun of 480fr: 512 frames lost in [take]"
    assert gone == unplug["lost"] >= 0.3 * 48000 - BLOCK and unplug["begun"] <= away <= unplug["ended"]
    assert re.fullmatch(rf"unplug for 300ms: {gone} frames lost in \[take\]; it was back after \d\.\d s", unplug["verdict"])
    assert one.result["lost_in"] == frames + gone and one.result["xruns"] == 1
    one.said("rehearsal: clock loses 10 ms of sound now", "clock lost 512 input frames", "rehearsal: the xrun is over",
             "rehearsal: timer is unplugged now, for 0.3 s", "timer is gone: it was unplugged for a rehearsal", "timer is back",
             "rehearsal: timer is plugged in again", "rehearsal: no more faults")


@pytest.mark.parametrize("policy, status, state", [("stop", 4, "under-way"), ("follow", None, "done")])
def test_what_the_patch_says_of_losses_counts(rehearse, policy, status, state):
    """`stop` ends the run with the device, as on the night; `follow` takes the other one, at once."""
    one = rehearse("unplug=1min", "start = auto\n", "--set", f"patch.on_loss={policy}").end()
    gaps = one.check()
    assert one.faults[0]["state"] == state
    assert one.result["exit_status"] == (status or (1 if gaps else 0))
    assert sum(frames for _, frames in gaps) < 48000


# ---------------------------------------------------------------- takes, bad words, ends

def test_real_takes_are_neither_touched_nor_counted(rehearse, graphophone, home):
    """In its own folder a rehearsal begins to count anew, and the next real take goes on where the last one ended."""
    table = "[pool]\ntype = table\nlength = 100ms\nchannels = 2\nsave = pool-{take}.wav\n" \
            "[fill]\ntype = table-recorder\nfrom = in\ntable = pool\n[control]\nfill.record = at 10ms\n"
    lines = "start = auto\n" + table
    assert rehearse(None, lines, "--length", "100ms").end().result["exit_status"] == 0
    real = {path.name: path.read_bytes() for path in home.glob("*.wav")}
    assert "001.wav" in real and len(real) == 2
    one = rehearse("stall=10ms", lines).end()
    assert one.check() == [] and one.result["exit_status"] == 0
    # The table's file, too.
    assert sorted(path.name for path in (home / "rehearsal").iterdir()) == sorted(real)
    rehearsed = {path.name: path.read_bytes() for path in (home / "rehearsal").iterdir()}
    one = rehearse("stall=10ms", lines).end()
    assert rehearsed.items() <= {path.name: path.read_bytes() for path in (home / "rehearsal").iterdir()}.items()
    assert {path.name: path.read_bytes() for path in home.glob("*.wav")} == real
    after = rehearse(None, lines, "--length", "100ms").end().takes[0]["path"]
    assert after in (str(home / "002.wav"), str(home / "003.wav"))


def test_without_the_word_nothing_is_injected(rehearse, home):
    one = rehearse(None, "start = auto\n", "--length", "5s").end()
    assert one.check(home.name) == [] and one.result["exit_status"] == 0
    assert one.faults == [] and [take["frames"] for take in one.takes] == [240000]
    assert not (home / "rehearsal").exists()
    assert not any("rehears" in line for line in one.live.lines)
    assert one.result["lost_in"] == one.result["xruns"] == 0


def test_a_take_is_waited_for(rehearse):
    """Where none begins the rehearsal did not take place, which is no success."""
    one = rehearse("stall", "start = control\n[control]\ntake.toggle = key r\n")
    one.live.said("rehearsal: waits for a take; begin one as on the night")
    one.end(signal.SIGINT)
    assert one.result["exit_status"] == 1 and one.takes == [] and one.faults[0]["state"] == "waits"
    assert one.faults[0]["verdict"] == "stall of 3s: did not take place, as no take was written long enough"


def test_the_end_of_the_run_is_the_end_of_a_fault(rehearse):
    """Ctrl-C in the midst of a stall of ten minutes: the take is finished at once, and whole."""
    one = rehearse("stall=10min", "start = auto\nbuffer = 60s\n")
    one.live.said("rehearsal: the disk of the takes stands still from now on, for 600 s")
    writer, = children(one.live.process.pid)
    one.end(signal.SIGINT)
    assert one.check() == [] and one.result["exit_status"] == 1
    assert one.faults[0]["state"] == "under-way" and one.faults[0]["verdict"].endswith("; the run ended before it was over")
    assert is_gone(writer)


def test_the_end_of_the_engine_is_the_end_of_a_fault(rehearse, home):
    """It is killed: the writer is left alone with a disk that would stand still for ten minutes, and finishes the take."""
    one = rehearse("stall=10min", "start = auto\nbuffer = 60s\n")
    one.live.said("rehearsal: the disk of the takes stands still from now on, for 600 s")
    writer, = children(one.live.process.pid)
    one.live.process.kill()
    until(lambda: is_gone(writer), "the writer had finished")
    rows = read_floats(home / "rehearsal/001.wav")
    assert len(rows) >= 96000 and np.array_equal(rows, counter(0, len(rows), 2))


def test_a_person_reads_it(graphophone, home):
    """In the summary, and wherever somebody looks at the rig meanwhile; a terminal is not needed."""
    (home / "rig.ini").write_text(RIG.replace("host = clock", f"host = clock\nname = rehearsed{os.getpid()}") +
                                  "start = auto\nbuffer = 60s\n")
    done = graphophone("run", "rig.ini", "--rehearse", "xrun=1fr")
    assert done.returncode == 1
    assert re.search(rf"^rehearsal: xrun of 1fr: {BLOCK} frames lost in \[take\]\n    {BLOCK} frames at frame [\d,]+ of "
                     rf"{home}/rehearsal/001.wav$", done.stdout, re.M), done.stdout
    live = Live(graphophone.path, "rig.ini", "--rehearse", "stall=10min")
    try:
        live.said("rehearsal: the disk of the takes stands still from now on")
        name = f"rehearsed{os.getpid()}"
        until(lambda: "a rehearsal: faults are injected" in graphophone("status", name).stdout, "the page", live.alive)
        rig = json.loads(graphophone("status", name, "--json").stdout)[0]["rig"]
        assert [fault["fault"] for fault in rig["rehearsal"]] == ["stall"] and rig["rehearsal"][0]["verdict"] == ""
        live.stop()
    finally:
        live.kill()
    assert "--rehearse FAULTS" in graphophone("help", "run").stdout


def test_the_check_convicts(rehearse, home):
    """One bit of a sample, one frame of a gap, a gap that is told of another take: each is seen."""
    one = rehearse("xrun=1fr").end()
    (at, frames), = one.check()
    path = home / "rehearsal/001.wav"
    whole = path.read_bytes()
    for frame in (0, at - 1, at, at + frames, one.takes[0]["frames"] - 1):
        data = bytearray(whole)
        data[4096 + 8 * frame] ^= 1
        path.write_bytes(data)
        with pytest.raises(AssertionError, match="wrong at"):
            one.check()
    path.write_bytes(whole)
    for key, change in (("frames", 1), ("frames", -1), ("at", 1), ("at", -1)):
        one.takes[0]["gaps"][0][key] += change
        with pytest.raises(AssertionError):
            one.check()
        one.takes[0]["gaps"][0][key] -= change
        one.faults[0]["gaps"][0][key] += change
        with pytest.raises(AssertionError):
            one.check()
        one.faults[0]["gaps"][0][key] -= change
    one.check()


@pytest.mark.parametrize("faults, told", [
    ("stal", "graphophone: error: --rehearse: there is no fault 'stal'; did you mean 'stall'?"),
    ("fire", "graphophone: error: --rehearse: there is no fault 'fire'; stall, full, xrun and unplug are possible"),
    ("stall,,full", "graphophone: error: --rehearse: a fault is missing"),
    ("stall=5", "graphophone: error: --rehearse: "),
    ("stall=1h", "graphophone: error: --rehearse: "),
    ("", "graphophone: error: --rehearse: a fault is missing"),
])
def test_what_makes_no_sense_is_refused(graphophone, home, faults, told):
    (home / "rig.ini").write_text(RIG + "start = auto\n")
    Refusal(graphophone, home)("run", "rig.ini", "--rehearse", faults, status=2, told=told)


@pytest.mark.parametrize("faults, what", [("xrun", "xrun"), ("stall,unplug", "unplug"), ("unplug,xrun", "xrun and unplug")])
def test_a_host_without_a_device_cannot_lose_it(graphophone, home, faults, what):
    (home / "rig.ini").write_text(RIG.replace("clock.", "offline.").replace("offline.periods = 2000\n", "") + "start = auto\n")
    Refusal(graphophone, home)("run", "rig.ini", "--host", "offline", "--length", "1s", "--rehearse", faults, status=2,
                               told=f"--rehearse: host offline cannot rehearse {what}; stall and full are possible")


def test_a_patch_without_a_recorder_has_nothing_to_lose(graphophone, home):
    (home / "rig.ini").write_text(RIG.partition("[take]")[0] + "[out]\ntype = output\nfrom = in\nchannels = 1-2\n")
    Refusal(graphophone, home)("run", "rig.ini", "--rehearse", "stall", status=2,
                               told="--rehearse: the patch has no file-recorder whose takes could suffer")


def test_offline_without_a_take_is_no_rehearsal(rehearse):
    one = rehearse("stall=10ms", "start = control\n", "--host", "offline", "--length", "1s",
                   "--set", "patch.offline.signal=counter").end()
    assert one.result["exit_status"] == 1 and one.faults[0]["state"] == "waits"


def test_offline_waits_for_the_disk(rehearse, home):
    """Its own threads write: nothing is ever lost, and the run is as long as the patch says."""
    one = rehearse("stall=300ms,full=300ms", "start = auto\n", "--host", "offline", "--length", "200s",
                   "--set", "patch.offline.signal=counter").end()
    assert one.check() == [] and one.result["exit_status"] == 5
    assert [take["frames"] for take in one.takes] == [200 * 48000]
    assert [fault["state"] for fault in one.faults] == ["done", "done"]
