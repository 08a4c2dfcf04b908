"""A rig on a real JACK server, and what other clients of that server make of it. Run by tests/jack-server -n.

The server is a synchronous one unless a test says otherwise: every client then gets every cycle, so the counter that one
client plays must arrive in the take of another without a break, whatever else this machine does. Only time may be lost,
when the server itself is late; then the take has a gap, which is listed, and beside it the counter still goes on.
"""
import os
import pathlib
import re
import signal
import subprocess

import numpy as np
import pytest

from support.live import Live, counted, samples, until, without_gaps
from support.servers import server, started, tool  # noqa: F401 (fixtures)

PEER = os.environ["GPH_JACK_PEER"]
RIG = """[patch]
dialect = 1
host = jack
name = rig
[mics]
type = input
channels = 1-{channels}
connect = {connect}
[keep]
type = file-recorder
from = mics
file = take.wav
start = auto
[speakers]
type = output
channels = 1-{channels}
connect = none
from = mics
"""


@pytest.fixture
def peer(started):
    """Starts a client of tests/integration/jack_peer.c and waits until it takes part."""

    def start(*words):
        process = started(PEER, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        return process

    return start


@pytest.fixture
def rig(graphophone, home):
    """Starts a rig on the server and waits until it records."""
    rigs = []

    def start(channels=2, connect="none", patch=RIG, more="", wait="keep: recording"):
        (home / "rig.ini").write_text(patch.format(channels=channels, connect=connect) + more)
        live = Live(graphophone.path, "rig.ini")
        rigs.append(live)
        live.said(wait)
        return live

    yield start
    for live in rigs:
        live.kill()


def check_take(live, result, least):
    """The take holds the counter as it was played, but for listed gaps: at least so many frames of it. Its frames."""
    take = result["takes"][0]
    gaps = take["gaps"]
    rows = samples(take["path"])
    assert len(rows) == take["frames"]
    assert sum(gap["frames"] for gap in gaps) == take["lost"] == result["lost_in"], live.lines
    assert result["exit_status"] == (1 if gaps else 0), live.lines
    found = counted(without_gaps(rows, gaps), gaps)
    assert len(found) >= least
    return rows


def test_the_judges_convict():
    """Planted faults: lost, doubled and swapped frames, swapped channels, a gap elsewhere than it is said to be."""
    good = (np.arange(1000)[:, None] + 1 + np.array([0, 65536, 131072])) % 2**23
    unconnected = np.zeros((50, 3), int)
    assert len(counted(np.concatenate([unconnected, good]))) == 1000
    swapped = np.array(good)
    swapped[[500, 501]] = swapped[[501, 500]]
    late = np.array(good)
    late[500:, 1:] = np.roll(late, 1, axis=0)[500:, 1:]
    for bad in (np.delete(good, 500, axis=0), np.insert(good, 500, good[500], axis=0), swapped, late,
                np.concatenate([good, good[:, [1, 0, 2]]]), np.concatenate([good[:500], unconnected, good[500:]]),
                np.concatenate([good, good[-1:]])):
        with pytest.raises(AssertionError):
            counted(bad)
    gap = np.concatenate([good[:500], unconnected, good[500:]])
    assert len(counted(without_gaps(gap, [{"at": 500, "frames": 50}]))) == 1000
    for at, frames in ((499, 50), (501, 50), (500, 51)):
        with pytest.raises(AssertionError):
            without_gaps(gap, [{"at": at, "frames": frames}])
    with pytest.raises(AssertionError):
        counted(without_gaps(gap, [{"at": 500, "frames": 49}]))
    assert len(counted(good[:, [1, 0, 2]])) == 0
    # What was played during the gap may be missing, and no more than that.
    gaps = [{"at": 500, "frames": 50}]
    for missing in (0, 20, 50):
        assert len(counted(np.delete(good, range(500, 500 + missing), axis=0), gaps)) == 1000 - missing
    for bad in (np.delete(good, range(500, 551), axis=0), np.delete(good, [499, 500], axis=0),
                np.insert(good, 500, good[499], axis=0), np.delete(good, 501, axis=0)):
        with pytest.raises(AssertionError):
            counted(bad, gaps)


# ---------------------------------------------------------------- JACK's own tools

def test_ports_are_listed_and_connected(server, rig, peer, home):
    server(256)
    peer("counter", "source", 2)
    live = rig(2)
    listed = tool("jack_lsp", "-t", "-p")
    for port, direction in [("rig:in_1", "input"), ("rig:in_2", "input"), ("rig:out_1", "output"), ("rig:out_2", "output")]:
        assert re.search(rf"^{port}\n\tproperties: {direction},.*\n\t32 bit float mono audio", listed, re.M), listed
    assert "midi" not in listed.replace("midi_capture", "").replace("midi_playback", "")
    for channel in (1, 2):
        tool("jack_connect", f"source:out_{channel}", f"rig:in_{channel}")
    assert tool("jack_lsp", "-c", "rig:in_2").split() == ["rig:in_2", "source:out_2"]
    live.grows(home / "take.wav", 8 * 24000)
    tool("jack_disconnect", "source:out_1", "rig:in_1")
    assert tool("jack_lsp", "-c", "rig:in_1").split() == ["rig:in_1"]
    live.grows(home / "take.wav", 8 * 4096)
    result = live.stop()
    # From the start of a block on the first channel is silent and the second one goes on.
    rows = without_gaps(samples(home / "take.wav"), result["takes"][0]["gaps"])
    both = np.flatnonzero(rows[:, 0])
    assert len(both) >= 20000
    counted(rows[:both[-1] + 1])
    after = rows[both[-1] + 1:]
    assert len(after) and not after[:, 0].any()
    assert (np.diff(after[:, 1]) % 2**23 == 1).all()


def test_ports_follow_the_patch(server, rig, peer):
    """`connect` by pattern, and by itself to what comes later; JACK's own tools may undo it."""
    server(256)
    live = rig(2, connect="source:out_?")
    peer("counter", "source", 2)
    until(lambda: "source:out_2" in tool("jack_lsp", "-c", "rig:in_2"), "the connection", live.alive)
    assert tool("jack_lsp", "-c", "rig:in_1").split() == ["rig:in_1", "source:out_1"]
    live.stop()


def test_block_changes_in_mid_take(server, rig, peer, home):
    server(64)
    peer("counter", "source", 2)
    live = rig(2, connect="source:out_?")
    live.grows(home / "take.wav", 8 * 24000)
    for block in (1024, 256, 8192, 64):
        tool("jack_bufsize", block)
        live.said(f"the block is {block} frames now")
        live.grows(home / "take.wav", 8 * 24000)
    result = live.stop()
    check_take(live, result, 5 * 24000 - 2 * 8192)


def test_freewheel_in_mid_take(server, rig, peer, home):
    server(256)
    peer("counter", "source", 2)
    live = rig(2, connect="source:out_?")
    live.grows(home / "take.wav", 8 * 24000)
    tool("jack_freewheel", "y")
    live.grows(home / "take.wav", 8 * 48000 * 20)
    tool("jack_freewheel", "n")
    live.grows(home / "take.wav", 8 * 24000)
    result = live.stop()
    check_take(live, result, 48000 * 20)


# ---------------------------------------------------------------- the counter, from patch to take

@pytest.mark.parametrize("channels", [2, 32, 128])
def test_counter_comes_through(server, rig, peer, home, channels):
    """In real time first, then in freewheel, where nothing can be late: there nothing may be lost either."""
    server(1024, channels)
    peer("counter", "source", channels)
    live = rig(channels, connect="source:out_*")
    live.grows(home / "take.wav", 4 * channels * 48000)
    tool("jack_freewheel", "y")
    live.grows(home / "take.wav", 4 * channels * 96000)
    result = live.stop()
    rows = check_take(live, result, 96000)
    assert rows.shape[1] == channels
    assert all(gap["at"] < len(rows) - 48000 for gap in result["takes"][0]["gaps"])


def test_losses_are_placed_and_counted(server, rig, peer, home, started):
    """The whole program stands still. What the server counted meanwhile is missing in the counter, and is in the take as
    silence of that very length: each frame has its place. The source counts by the server's time, which an asynchronous
    server lets go on. Where the source itself was late the run says nothing, and is repeated."""
    for _ in range(10):
        process = server(1024, synchronous=False)
        source = peer("counter", "source", 2, "time")
        live = rig(2, connect="source:out_?")
        live.grows(home / "take.wav", 8 * 24000)
        live.process.send_signal(signal.SIGSTOP)
        subprocess.run(["sleep", "0.4"], check=True)
        live.process.send_signal(signal.SIGCONT)
        live.said("lost")
        live.grows(home / "take.wav", 8 * 48000)
        result = live.stop()
        missed = source.communicate("")[0]
        process.terminate()
        process.wait()
        if missed == "missed 0\n" and not any("measured by the clock" in line for line in live.lines):
            break
        pathlib.Path(result["takes"][0]["path"]).unlink()
    else:
        pytest.fail("the source was late each time")
    take = result["takes"][0]
    rows = samples(take["path"])
    assert max(gap["frames"] for gap in take["gaps"]) >= 9600
    assert sum(gap["frames"] for gap in take["gaps"]) == take["lost"] == result["lost_in"]
    assert result["exit_status"] == 1
    # With the gaps filled by what was played meanwhile it is one counter.
    start = int(np.flatnonzero(rows.all(axis=1))[0])
    whole = np.array(rows)
    for gap in take["gaps"]:
        place = np.arange(gap["at"], gap["at"] + gap["frames"])
        assert not rows[place].any()
        whole[place] = ((rows[start, 0] + place - start)[:, None] + np.array([0, 65536])) % 2**23
    assert len(counted(whole[start:])) == len(rows) - start


# ---------------------------------------------------------------- MIDI

MIDI = """[level]
type = gain
from = mics
[moved]
type = file-recorder
from = level
file = moved.wav
[control]
midi = keyboard:out_1
moved.toggle = midi note 60, midi cc 64
level.gain[1] = midi cc 7 -40dB..0dB
level.gain[2] = midi cc 7 0dB..-40dB, midi note 61 -12dB..-12dB
"""


def test_midi_starts_stops_and_moves(server, rig, peer, home):
    server(256)
    peer("counter", "source", 2)
    keyboard = peer("midi", "keyboard")
    live = rig(2, connect="source:out_?", more=MIDI)
    until(lambda: "keyboard:out_1" in tool("jack_lsp", "-c", "rig:midi_in"), "the connection", live.alive)
    take = home / "moved.wav"

    def send(*messages):
        for message in messages:
            keyboard.stdin.write(message + "\n")
            keyboard.stdin.flush()
            assert keyboard.stdout.readline() == "sent\n"

    send("90 3b 40", "91 3c 00", "80 3c 40", "b0 40 3f", "fe", "c0 3c")  # none of them is the note or a pedal that is down
    live.grows(home / "take.wav", 8 * 9600)
    assert not any("moved: recording" in line for line in live.lines)
    send("90 3c 40")
    live.said("moved: recording")
    live.grows(take, 8 * 4800)
    for message in ("b0 07 00", "b0 07 7f", "b0 07 40", "90 3d 01"):
        send(message)
        live.grows(take, 8 * 9600)
    send("b0 40 7f", "b0 40 7f")  # a pedal counts once while it is down
    live.said("moved: armed")
    result = live.stop()
    assert result["dropped_triggers"] == 0
    assert sorted(pathlib.Path(t["path"]).name for t in result["takes"]) == ["moved.wav", "take.wav"]
    # Where the first channel is what came in times its gain: the same frames are in the other take, as they came in.
    whole = samples(home / "take.wav")
    part = next(t for t in result["takes"] if t["path"] == str(take))
    first = next(t for t in result["takes"] if t["path"] != str(take))
    came = whole[part["first_frame"] - first["first_frame"]:][:part["frames"]]
    moved = samples(take)
    middle = 64 / 127
    steps = [(0, 0), (-40, 0), (0, -40), (-40 + 40 * middle, -40 * middle), (-40 + 40 * middle, -12)]
    at = 0
    for pair in steps:
        gains = 10 ** (np.array(pair) / 20)
        fits = (np.abs(moved - came * gains) <= 1.5).all(axis=1)
        # 4800 frames in a row at that level, behind those of the step before.
        runs = np.convolve(fits[at:], np.ones(4800), "valid") >= 4800
        assert runs.any(), (pair, at)
        at += int(runs.argmax()) + 4800


def test_nobody_hears_midi_unless_the_patch_says_so(server, rig, peer):
    server(256)
    peer("midi", "keyboard")
    live = rig(2, more="[control]\nkeep.toggle = key r\n")
    assert "midi" not in "".join(re.findall(r"^rig:.*", tool("jack_lsp"), re.M))
    live.stop()


# ---------------------------------------------------------------- recorders that are not ours

def agree(ours, theirs, least):
    """Two recordings of the same counter: aligned by it, what both have is the same sample for sample."""
    theirs = counted(theirs)
    start = int(np.flatnonzero((ours == theirs[0]).all(axis=1))[0])
    common = min(len(ours) - start, len(theirs))
    assert common >= least
    assert np.array_equal(ours[start:start + common], theirs[:common])


@pytest.mark.parametrize("name", ["jack_rec", "jack_capture"])
def test_another_recorder_agrees(server, rig, peer, home, started, name):
    """It records our outputs while we record what they play."""
    other = home / "other.wav"
    command = {
        "jack_rec": ["jack_rec", "-f", other, "-d", 3, "-b", 32, "rig:out_1", "rig:out_2"],
        "jack_capture": ["jack_capture", "--daemon", "--channels", 2, "--port", "rig:out_1", "--port", "rig:out_2",
                         "--bitdepth", "FLOAT", "--format", "wav", "--recording-time", 3, "--filename", other],
    }[name]
    server(1024)
    peer("counter", "source", 2)
    live = rig(2, connect="source:out_?")
    live.grows(home / "take.wav", 8 * 24000)
    # On a busy machine the other one itself drops frames, which says nothing of us: then it has another try.
    for attempt in range(5):
        other.unlink(missing_ok=True)
        assert started(*command).wait(timeout=120) == 0
        try:
            counted(samples(other))
            break
        except AssertionError:
            assert attempt < 4, "the other recorder has no whole recording"
    live.grows(home / "take.wav", 8 * 24000)
    result = live.stop()
    rows = check_take(live, result, 3 * 48000)
    agree(without_gaps(rows, result["takes"][0]["gaps"]), samples(other), 2 * 48000)
