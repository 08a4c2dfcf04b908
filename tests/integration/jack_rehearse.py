"""`run --rehearse` beside a real JACK server. Run by tests/jack-server -n. Another client plays the counter; what the rig
loses for the rehearsal is listed, to the frame, and nothing else is lost on that account."""
import os
import re
import subprocess

import numpy as np
import pytest

from support.live import Live, counted, samples
from support.servers import server, started  # noqa: F401 (fixtures)

PEER = os.environ["GPH_JACK_PEER"]
BLOCK = 4096
RIG = """[patch]
dialect = 1
host = jack
name = rehearsing-rig
[mics]
type = input
channels = 1-2
connect = source:out_?
[keep]
type = file-recorder
from = mics
file = take.wav
start = auto
gap-limit = 60s
"""


@pytest.fixture
def rehearse(graphophone, home, server, started):
    """rehearse("xrun", "lines"): the rig on a server with a client that plays, when it has come to its end; its summary."""
    rigs = []

    def run(faults, more=""):
        # A synchronous server: all clients get each cycle, so what is missing nobody else has lost. By blocks so long it takes
        # more than a second without a cycle until a peer is cut off for that.
        server(BLOCK)
        peer = started(PEER, "counter", "source", 2, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert peer.stdout.readline() == "ready\n"
        (home / "rig.ini").write_text(RIG + more)
        rigs.append(Live(graphophone.path, "rig.ini", "--rehearse", faults))
        return rigs[-1], rigs[-1].end()

    yield run
    for live in rigs:
        live.kill()


def gaps_of(fault):
    return [(gap["at"], gap["frames"]) for gap in fault["gaps"]]


def test_an_xrun_loses_whole_blocks(rehearse, home):
    """The counter goes on behind the gap where the lost blocks end."""
    live, result = rehearse("xrun=480fr,stall=500ms")
    xrun, stall = result["rehearsal"]
    take, = result["takes"]
    rows = samples(take["path"])
    assert take["path"] == str(home / "rehearsal/take.wav") and len(rows) == take["frames"]
    assert [fault["state"] for fault in result["rehearsal"]] == ["done", "done"] and result["exit_status"] == 1
    # Of 480 frames a block of the server. Time that the machine lost besides was played by nobody, and is listed likewise.
    at, frames = next(gap for gap in gaps_of(xrun) if gap[1] >= BLOCK)
    assert (at, frames) in [(gap["at"], gap["frames"]) for gap in take["gaps"]]
    assert not rows[at:at + frames].any()
    jump = rows[at + frames] - rows[at - 1] - 1
    assert (BLOCK <= jump).all() and (jump <= frames).all()
    sound = np.ones(len(rows), bool)
    for gap in take["gaps"]:
        sound[gap["at"]:gap["at"] + gap["frames"]] = False
    assert len(counted(rows[sound], take["gaps"])) > 4 * 48000
    assert sum(gap["frames"] for gap in take["gaps"]) == take["lost"] == result["lost_in"]
    live.said("rehearsal: jack loses 10 ms of sound now")
    live.said(f"jack lost {frames} input frames")
    live.said("rehearsal: the xrun is over")
    assert re.match(r"stall of 500ms: \d+ frames lost.*; the ring holds 5\.\d s and was filled to \d+ %", stall["verdict"])


def test_unplugged_it_leaves_the_server_and_comes_back(rehearse):
    """Its ports go, its cables are plugged in again, and the gap is what passed by the clock."""
    live, result = rehearse("unplug=300ms")
    fault, = result["rehearsal"]
    take, = result["takes"]
    rows = samples(take["path"])
    assert fault["state"] == "done" and result["exit_status"] == 1 and len(rows) == take["frames"]
    at, frames = max(gaps_of(fault), key=lambda gap: gap[1])
    assert frames >= 0.3 * 48000 and not rows[at:at + frames].any()
    assert sum(gap["frames"] for gap in take["gaps"]) == take["lost"] == result["lost_in"]
    before, after = rows[:at], rows[at + frames:]
    # Until it is connected again it hears silence.
    heard = after[int(after.any(axis=1).argmax()):]
    early = [gap for gap in take["gaps"] if gap["at"] < at]
    if not early:
        assert len(counted(before)) > 48000
    if len(early) + 1 == len(take["gaps"]):
        assert len(counted(heard)) > 48000
    live.said("rehearsal: JACK is unplugged now, for 0.3 s")
    live.said("JACK is gone: it was unplugged for a rehearsal")
    live.said("JACK is back")
    live.said("rehearsal: JACK is plugged in again")
    assert re.fullmatch(r"unplug for 300ms: \d+ frames lost in \[keep\]; it was back after \d\.\d s", fault["verdict"])
