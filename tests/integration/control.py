"""What [control] promises: keys of a terminal, OSC of a program that is not ours, and nobody else.

The rig plays two constant voices through two gains, so that a sample of the take says where a gain stood. The host is the
clock in real time; the tests wait for what the program says or writes."""
import fcntl
import os
import pathlib
import pty
import random
import re
import socket
import struct
import subprocess
import termios

import numpy as np
import pytest

from support.live import Live, counted, samples, until, without_gaps

RIG = """[patch]
dialect = 1
host = {host}
rate = 48kHz
name = rig
[voice]
type = tone
channels = 2
shape = square
freq = 0.01Hz
gain = -30dB
[level]
type = gain
from = voice
[keep]
type = file-recorder
from = level
file = {{take}}.wav
[control]
"""
COUNTER = """[patch]
dialect = 1
host = clock
clock.signal = counter
[mics]
type = input
channels = 1-2
[keep]
type = file-recorder
from = mics
file = {{take}}.wav
start = auto
[level]
type = gain
from = mics
[control]
osc = 127.0.0.1:{port}
level.gain = osc /level -40dB..0dB
keep.stop = osc /stop
"""


@pytest.fixture
def port():
    """A port that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def rig(graphophone, home):
    rigs = []

    def start(control, host="clock", **options):
        (home / "rig.ini").write_text(RIG.format(host=host) + control)
        live = Live(graphophone.path, "rig.ini", **options)
        rigs.append(live)
        return live

    yield start
    for live in rigs:
        live.kill()


OFF = -150


def decibels(path, channel=0):
    """What the gain made of each frame of the voice, which is constant at -30 dB; OFF: silence."""
    levels = np.abs(samples(path)[:, channel]) / 2**23
    return np.round(20 * np.log10(np.maximum(levels, 1e-9)) + 30, 1)


def settled(path, channel=0):
    """The levels at which a gain stood for a while, in order."""
    levels = decibels(path, channel)
    long = [levels[0]]
    for start in np.flatnonzero(np.diff(levels)) + 1:
        run = levels[start:start + 200]
        if len(run) == 200 and (run == run[0]).all() and run[0] != long[-1]:
            long.append(run[0])
    return [float(level) for level in long]


# ---------------------------------------------------------------- keys

@pytest.fixture
def terminal():
    """(keyboard, options for Popen): a terminal that the program controls, and the end where a person types."""
    master, slave = pty.openpty()

    def become_its_own():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    # The program's stderr is no terminal here, so it tells its lines instead of drawing.
    yield master, {"stdin": slave, "preexec_fn": become_its_own}
    os.close(master)
    os.close(slave)


def test_keys_start_stop_and_move(rig, home, terminal):
    keyboard, options = terminal
    live = rig("""keep.toggle = key r
keep.record = key f1
keep.stop = key space
level.gain = key d -12dB..-12dB, key up 0dB..0dB, key ü -30dB..-30dB, key comma -6dB..-6dB, key f12 -18dB..-18dB
level.mute[2] = key m
""", **options)
    live.said("rig on clock")

    def press(*keys):
        for key in keys:
            os.write(keyboard, key.encode())

    press("r")
    live.said("keep: recording")
    live.grows(home / "001.wav", 8 * 4800)
    for key in ("x", "d", "\x1b[A", "ü", "m", "m", ",", "\x1b[24~"):
        press(key)
        live.grows(home / "001.wav", 8 * 9600)
    press("r")
    live.said("keep: armed")
    press("\x1bOP")
    live.said("keep: recording", 2)
    press(" ")
    live.said("keep: armed", 2)
    os.write(keyboard, b"\x03")
    result = live.end()
    assert result["exit_status"] == 0
    assert [pathlib.Path(take["path"]).name for take in result["takes"]] == ["001.wav", "002.wav"]
    assert settled(home / "001.wav") == [0, -12, 0, -30, -6, -18]
    assert settled(home / "001.wav", 1) == [0, -12, 0, -30, OFF, -30, -6, -18]


def test_terminal_is_as_it_was(rig, terminal):
    keyboard, options = terminal
    before = termios.tcgetattr(options["stdin"])
    live = rig("keep.toggle = key r\n", **options)
    live.said("rig on clock")
    until(lambda: termios.tcgetattr(options["stdin"]) != before, "keys without a line's end", live.alive)
    os.write(keyboard, b"\x03")
    assert live.end()["exit_status"] == 0
    assert termios.tcgetattr(options["stdin"]) == before


# ---------------------------------------------------------------- OSC

def oscsend(port, *words):
    subprocess.run(["oscsend", "127.0.0.1", str(port), *map(str, words)], check=True)


def test_osc_starts_stops_and_moves(rig, home, port):
    live = rig(f"""osc = 127.0.0.1:{port}
keep.toggle = osc /record
level.gain[1] = osc /level -40dB..0dB
level.gain[2] = osc /raw
level.mute[2] = osc /mute
""")
    live.said("rig on clock")
    oscsend(port, "/record", "f", 0)  # released: a trigger fires on what is not 0
    oscsend(port, "/record", "f", 1)
    live.said("keep: recording")
    take = home / "001.wav"
    live.grows(take, 8 * 4800)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
        raw.connect(("127.0.0.1", port))
        for send in (lambda: oscsend(port, "/level", "f", 0.5),
                     lambda: oscsend(port, "/level", "i", 7),  # beyond the range: its end
                     lambda: oscsend(port, "/level", "d", -3),
                     lambda: oscsend(port, "/raw", "f", -6),  # without a range in the parameter's own unit
                     lambda: oscsend(port, "/raw", "f", 1000),  # clamped to what it takes
                     lambda: oscsend(port, "/mute", "T"),
                     lambda: raw.send(b"/mute\0\0\0,F\0\0"),
                     lambda: raw.send(b"/{level,raw}\0\0\0\0,f\0\0" + struct.pack(">f", 0.7)),
                     lambda: oscsend(port, "/level", "s", "loud")):  # no number: like a press, to the top
            send()
            live.grows(take, 8 * 9600)
    oscsend(port, "/record")
    live.said("keep: armed")
    result = live.stop()
    assert (result["exit_status"], result["dropped_triggers"]) == (0, 0)
    assert settled(take) == [0, -20, 0, -40, -12, 0]
    assert settled(take, 1) == [0, -6, 24, OFF, 24, 0.7]


BAD = [b"", b"\0", b"hello", b"/", b"/x", b"/level\0\0,f\0\0", b"/level\0\0,ffffffffffff\0\0\0", b"level\0\0\0,f\0\0\0\0\0\0",
       b"/level\0\0,f\0\0" + struct.pack(">f", float("nan")), b"/level\0\0,f\0\0" + struct.pack(">f", float("inf")),
       b"/level\0\0,d\0\0" + struct.pack(">d", 1e300), b"#bundle\0", b"#bundle\0" + bytes(7),
       b"#bundle\0" + bytes(8) + struct.pack(">I", 2**32 - 4), b"#bundle\0" + bytes(8) + struct.pack(">I", 8) + b"#bundle\0",
       b"/level\0\0,b\0\0" + struct.pack(">I", 2**31 - 1), b"/level\0\0,s\0\0no end", b"/level\0\0" * 500,
       b"/" + b"a" * 65000, b"\xff" * 65507, bytes(65507)]


def play_counter(graphophone, home, port, disturb):
    """Records the counter while somebody disturbs; what the summary says, and what the take holds."""
    (home / "counter.ini").write_text(COUNTER.format(port=port))
    live = Live(graphophone.path, "counter.ini")
    try:
        live.said("keep: recording")
        live.grows(home / "001.wav", 8 * 4800)
        sent = disturb(live)
        result = live.stop()
    finally:
        live.kill()
    take = result["takes"][0]
    rows = without_gaps(samples(take["path"]), take["gaps"])
    whole = samples(take["path"])
    # By the clock each frame has its place, whatever was lost before it.
    place = np.arange(len(whole))
    expected = (place[:, None] + np.array([0, 65536])) % 2**23
    for gap in take["gaps"]:
        expected[gap["at"]:gap["at"] + gap["frames"]] = 0
    assert np.array_equal(whole, expected) and len(rows) == len(whole) - take["lost"]
    return sent, result, live


def test_bad_osc_is_dropped_and_counted(graphophone, home, port):
    def disturb(live):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
            raw.connect(("127.0.0.1", port))
            chance = random.Random(1)
            for packet in BAD:
                raw.send(packet)
            for _ in range(200):
                raw.send(b"/" + chance.randbytes(chance.randrange(1, 200)))
            live.grows(home / "001.wav", 8 * 4800)
        return len(BAD) + 200

    sent, result, live = play_counter(graphophone, home, port, disturb)
    assert result["dropped_triggers"] == sent
    assert any(f"what comes in at 127.0.0.1:{port} is no OSC" in line for line in live.lines)
    assert len(result["takes"]) == 1


def test_flood_is_dropped_and_counted(graphophone, home, port):
    """200,000 messages as fast as they go, good and bad: what is neither heard nor makes sense is counted."""
    def disturb(live):
        good = b"/level\0\0,f\0\0" + struct.pack(">f", 0.5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
            raw.connect(("127.0.0.1", port))
            for _ in range(1000):
                for _ in range(100):
                    raw.send(good)
                    raw.send(b"nonsense")
            # Still heard after the flood, as soon as there is room again.
            until(lambda: raw.send(b"/stop\0\0\0,\0\0\0") and any("keep: armed" in line for line in live.lines),
                  "the take's end", live.alive)
        return 100000

    bad, result, live = play_counter(graphophone, home, port, disturb)
    assert result["dropped_triggers"] >= bad


# ---------------------------------------------------------------- who listens

def sockets(process):
    """What a process has open to others: (kind, local address) of each socket that has one. A pair of sockets between two
    processes of ours has none."""
    links = []
    for descriptor in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{process.pid}/fd/{descriptor}"))
        except OSError:
            pass
    inodes = {match.group(1) for match in map(re.compile(r"socket:\[(\d+)\]").match, links) if match}
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6", "unix"):
        for line in pathlib.Path(f"/proc/{process.pid}/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            inode, address = (words[6], words[7:]) if kind == "unix" else (words[9], words[1])
            if inode in inodes:
                inodes.discard(inode)
                if address:
                    found.add((kind, str(address)))
    return found | {("unknown", inode) for inode in inodes}


@pytest.mark.parametrize("control", ["keep.toggle = key r\n", "keep.toggle = at 1h\n"])
def test_nobody_listens_unless_the_patch_says_so(rig, control):
    live = rig(control)
    live.said("rig on clock")
    assert sockets(live.process) == set()
    live.stop()


def test_osc_listens_where_the_patch_says(rig, port):
    live = rig(f"osc = 127.0.0.1:{port}\nkeep.toggle = osc /record\n")
    live.said("rig on clock")
    assert sockets(live.process) == {("udp", f"0100007F:{port:04X}")}
    live.stop()


def test_address_that_is_taken_is_told(rig, port, graphophone):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        live = rig(f"osc = 127.0.0.1:{port}\nkeep.toggle = osc /record\n")
        assert live.process.wait(timeout=120) == 2
        live.reader.join()
        assert any(re.search(rf"rig.ini:\d+:\d+: error: cannot listen at 127.0.0.1:{port}", line) for line in live.lines)
