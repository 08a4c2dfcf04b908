"""Rows M2 to M6 of the fault matrix: modules that go wrong while they run, in the built program.

The recorders get a counter, so that a frame that is lost, doubled, shifted or silent shows itself: what a run without
the broken node gives is known to the frame. What a live host lost while a node hung is in the list of gaps.
"""
import json
import os
import pathlib
import signal
import time

import numpy
import pytest

RATE = 48000
RIG = """[patch]
dialect = 1
host = {host}
rate = 48kHz
block = 64
length = {frames}fr
{host}.signal = counter
[mic]
type = input
channels = 1-2
{node}[after]
type = gain
from = {broken}
[half]
type = gain
from = mic @ 0.5x
[keep]
type = file-recorder
from = mic
file = keep.wav
start = auto
[other]
type = file-recorder
from = half
file = other.wav
start = auto
[wet]
type = file-recorder
from = {broken}
file = wet.wav
start = auto
[late]
type = file-recorder
from = after
file = late.wav
start = auto
"""
FRAMES = 24000
SANITIZER = os.environ.get("GPH_SANITIZE", "")
needs_signals = pytest.mark.skipif(SANITIZER == "thread", reason="ThreadSanitizer holds signals back in a loop")


@pytest.fixture(autouse=True)
def modules(build, monkeypatch):
    """The modules of this file are found."""
    path = os.environ["GRAPHOPHONE_MODULE_PATH"]
    monkeypatch.setenv("GRAPHOPHONE_MODULE_PATH", f"{path}:{build}/tests/modules/faults")


def write(home, host, lines, frames=FRAMES):
    """The rig with a node [boom] of these lines between the microphone and two of its recorders; None: without."""
    node = "[boom]\nfrom = mic\n" + lines if lines else ""
    (home / "rig.ini").write_text(RIG.format(host=host, node=node, frames=frames, broken="boom" if lines else "mic"))


def read(path):
    """Samples of a WAV file of 32-bit floats, one row a frame."""
    data = pathlib.Path(path).read_bytes()
    at = data.index(b"data") + 8
    size = min(int.from_bytes(data[at - 4:at], "little"), len(data) - at)
    return numpy.frombuffer(data[at:at + size - size % 8], dtype="<f4").reshape(-1, 2)


def counter(frames):
    """What the hosts' counter is, as floats: exact in 24 bits."""
    n = numpy.arange(frames)[:, None] + numpy.array([0, 65536])[None, :]
    n = n % 2**24
    n = numpy.where(n >= 2**23, n - 2**24, n)
    return (n / 2**23).astype("<f4")


def gaps_of(result, name):
    for take in json.loads(result.stdout)["takes"]:
        if take["node"] == name:
            return [(gap["at"], gap["frames"]) for gap in take["gaps"]]
    raise AssertionError(f"no take of {name}: {result.stdout}\n{result.stderr}")


def assert_whole(result, path, wanted):
    """Every frame is the wanted one, or is silence in a gap that is listed, or was lost by the host at the very end."""
    got = read(path)
    gaps = gaps_of(result, path.stem)
    tail = json.loads(result.stdout)["lost_in"] - sum(frames for _, frames in gaps)
    assert 0 <= len(wanted) - len(got) <= tail
    wanted = wanted[:len(got)]
    lost = numpy.zeros(len(got), dtype=bool)
    for at, frames in gaps:
        assert not got[at:at + frames].any()
        lost[at:at + frames] = True
    assert numpy.array_equal(got[~lost], wanted[~lost])


def assert_others_are_well(result, home, frames=FRAMES):
    assert_whole(result, home / "keep.wav", counter(frames))
    assert_whole(result, home / "other.wav", counter(frames) * numpy.float32(0.5))


def trouble(result, node="boom"):
    one = next(one for one in json.loads(result.stdout)["nodes"] if one["name"] == node)
    return one if one["muted"] or one["resets"] or one["late"] else None


# ---------------------------------------------------------------- nothing wrong

def test_the_rig_alone_is_well(graphophone, home):
    """The comparison of all below: without a broken node nothing is told."""
    write(home, "offline", None)
    result = graphophone("render", "--json", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert_others_are_well(result, home)
    assert numpy.array_equal(read(home / "wet.wav"), counter(FRAMES))
    assert all(trouble(result, name) is None for name in ("mic", "after", "half", "keep"))


# ---------------------------------------------------------------- M2: crash

@pytest.mark.parametrize("host", ["clock", "offline"])
@pytest.mark.parametrize("how, number", [
    ("segv", signal.SIGSEGV), ("abort", signal.SIGABRT), ("trap", signal.SIGILL), ("stack", signal.SIGSEGV)])
def test_m2_a_crash_is_named_and_ends_as_it_would(how, number, host, graphophone, home):
    write(home, host, f"type = crash\nat = 9600\nhow = {how}\n")
    result = graphophone("run", "--quiet", "rig.ini")
    assert result.returncode == -number, result.stderr
    told = [line for line in result.stderr.splitlines()
            if line.startswith("graphophone: error: [boom] (type crash of /")]
    assert len(told) == 1, result.stderr
    assert "/crash.so; at frame " in told[0]
    assert number.name in told[0]
    if host == "offline":
        return  # the writer is a part of the program
    # Recorders of inputs come first: they have the block in which it crashed. The writer, a process of its own, ends.
    frames = int(told[0].split("; at frame ")[1].split(")")[0]) + 64
    path = home / "keep.wav"
    wait_until(lambda: path.exists() and not list(home.glob("*.part*")))
    got = read(path)
    assert len(got) == frames
    same = (got == counter(frames)).all(axis=1)
    # What the host lost is silence.
    assert not got[~same].any()
    assert same[-64:].all()


def wait_until(condition):
    """Until something that certainly comes has come."""
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.01)


# ---------------------------------------------------------------- M3: endless loop

def assert_cut(result, home):
    assert result.returncode == 3, result.stderr
    boom = trouble(result)
    assert boom["muted_why"] == "cut"
    # The block that holds frame 9600, or the first one that the host did not lose.
    assert boom["muted_at"] > 9600 - 64
    assert f"rig.ini:11:2: error: [boom] did not return at frame {boom['muted_at']} and was cut" in result.stderr
    assert "/spin.so); it is silent from here on" in result.stderr
    assert_others_are_well(result, home)
    # It is heard until the block in which it hung, and never again; who comes after it likewise.
    for name in "wet", "late":
        wanted = counter(FRAMES)
        wanted[boom["muted_at"]:] = 0
        assert_whole(result, home / f"{name}.wav", wanted)


@needs_signals
@pytest.mark.parametrize("how", ["loop", "emit", "fault", "wait"])
def test_m3_a_node_that_does_not_return_is_cut(how, graphophone, home):
    write(home, "clock", f"type = spin\nat = 9600\nhow = {how}\n")
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert_cut(result, home)


@needs_signals
@pytest.mark.parametrize("how", ["loop", "wait"])
def test_m3_without_rights_too(how, unprivileged):
    folder, run = unprivileged
    write(folder, "clock", f"type = spin\nat = 9600\nhow = {how}\n")
    result = run("run", "--quiet", "--json", "rig.ini")
    assert "scheduling normal" in result.stderr
    assert "watchdog on" in result.stderr
    assert_cut(result, folder)


@needs_signals
def test_m3_cut_in_a_split_block(graphophone, home):
    """A trigger in the middle of its block: the pointers of a call that was left are put right again."""
    write(home, "clock", "type = spin\nat = 9600\n")
    with open(home / "rig.ini", "a") as file:
        file.write("[control]\nboom.hit = every 37fr\n")
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert_cut(result, home)


@needs_signals
def test_m3_two_nodes_one_after_the_other(graphophone, home):
    write(home, "clock", "type = spin\nat = 9600\n[boom2]\ntype = spin\nfrom = boom\nat = 15000\n")
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert_cut(result, home)
    assert trouble(result, "boom2")["muted_why"] == "cut"


@needs_signals
def test_m3_bypass_and_stop(graphophone, home):
    write(home, "clock", "type = spin\nat = 9600\non_error = bypass\n")
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert result.returncode == 3, result.stderr
    assert "it is bypassed from here on" in result.stderr
    wanted = counter(FRAMES)
    at = trouble(result)["muted_at"]
    wanted[at:at + 64] = 0
    assert_whole(result, home / "wet.wav", wanted)
    write(home, "clock", "type = spin\nat = 9600\non_error = stop\n", frames=48000 * 3600)
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert result.returncode == 3, result.stderr
    assert "the run ends" in result.stderr


# ---------------------------------------------------------------- M4: slow

def test_m4_who_is_slow_is_named(graphophone, home):
    # A block of 64 frames lasts 1.3 ms; nobody counts to ten millions in that time.
    write(home, "clock", "type = slow\nwork = 10000000\n", frames=4800)
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert result.returncode in (0, 1), result.stderr
    boom = trouble(result)
    assert boom["late"] > 0
    assert boom["muted_why"] == ""
    assert boom["us_max"] > 64 / 48000 * 1e6
    assert json.loads(result.stdout)["late_cycles"] >= boom["late"]
    assert "rig.ini:11:2: warning: [boom] took " in result.stderr
    assert " instead of 1.3 ms" in result.stderr
    assert_others_are_well(result, home, 4800)


# ---------------------------------------------------------------- M5: NaN, Inf, 1e38

@pytest.mark.parametrize("value", ["nan", "inf"])
def test_m5_what_is_no_number_is_zeroed_and_its_maker_reset(value, graphophone, home):
    write(home, "offline", f"type = nan\nat = 9600\nvalue = {value}\n")
    result = graphophone("render", "--json", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert "rig.ini:11:2: warning: [boom] puts out NaN or Inf on channel 1 at frame 9" in result.stderr
    boom = trouble(result)
    assert (boom["resets"], boom["muted_why"]) == (1, "")
    assert trouble(result, "after") is None
    assert_others_are_well(result, home)
    # Silent while it was broken, and nothing is missing after that.
    wet = read(home / "wet.wav")
    zeroed = numpy.flatnonzero(~wet.any(axis=1))
    assert zeroed[zeroed >= 9600][0] == 9600
    well = zeroed[-1] + 1
    assert well < 9600 + 1024
    assert numpy.array_equal(wet[well:], counter(FRAMES)[well:])
    assert json.loads(result.stdout)["not_finite"] > 0


def test_m5_one_that_does_it_again_is_muted(graphophone, home):
    frames = 3 * RATE
    write(home, "offline", "type = nan\nat = 9600\ntimes = 1000\n", frames)
    result = graphophone("render", "--json", "rig.ini")
    assert result.returncode == 3, result.stderr
    assert "it did so before and is silent from here on" in result.stderr
    boom = trouble(result)
    assert (boom["resets"], boom["muted_why"]) == (1, "not-finite")
    assert_others_are_well(result, home, frames)
    assert not read(home / "wet.wav")[9600:].any()


def test_m5_a_great_number_is_a_number(graphophone, home):
    write(home, "offline", "type = nan\nat = 9600\nvalue = huge\ntimes = 1000\n")
    result = graphophone("render", "--json", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["not_finite"] == 0
    assert trouble(result) is None
    assert (read(home / "wet.wav")[9600:] == numpy.float32(1e38)).all()
    assert_others_are_well(result, home)


# ---------------------------------------------------------------- M6: denormals

def test_m6_what_is_too_small_is_nothing(graphophone, home):
    """Half of the smallest normal number, 2 to the -126, is 0: no processor is slow with what is left."""
    (home / "rig.ini").write_text("""[patch]
dialect = 1
host = offline
rate = 48kHz
length = 480fr
[fall]
type = decay
[keep]
type = file-recorder
from = fall, fall
file = keep.wav
start = auto
""")
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert read(home / "keep.wav")[:, 0].tolist() == [1.0] * 126 + [0.0] * 354


# ---------------------------------------------------------------- M10: bad manners

ALL = "the floating-point control word, the locale, signals, the current folder, the file creation mask"


@pytest.mark.parametrize("lines, told", [
    ("type = rude\nwhen = configure\n", f"'boom' changed {ALL} when it was set up; this was put back"),
    ("type = rude\nwhen = activate\n", f"'boom' changed {ALL} when it was made ready; this was put back"),
    ("type = rude/early\n", f"'boom' changed {ALL} when it was created; this was put back"),
    ("type = rude-load\n", f"/rude-load.so changed {ALL} when it was loaded; this was put back"),
    ("type = rude\n", None),
], ids=["configure", "activate", "create", "load", "never"])
def test_m10_what_a_module_changes_of_the_process_is_put_back(lines, told, graphophone, home):
    write(home, "offline", lines + "[seen]\ntype = rude\nwhen = witness\nfrom = boom\n")
    result = graphophone("render", "--json", "rig.ini")
    assert result.returncode == 0, result.stderr
    warnings = [line for line in result.stderr.splitlines() if " changed " in line]
    assert [told in line and line.startswith("rig.ini:11:2: warning: ") for line in warnings] == [True] * bool(told)
    assert_others_are_well(result, home)
    assert (home / "keep.wav").stat().st_mode & 0o400


# ---------------------------------------------------------------- set up anew while it runs

AGAIN = """[patch]
dialect = 1
host = {host}
rate = 48kHz
block = 64
length = {frames}fr
{host}.signal = counter
[mic]
type = input
channels = 1-2
[boom]
type = again
at = 9600
{lines}
[keep]
type = file-recorder
from = mic
file = keep.wav
start = auto
[wet]
type = file-recorder
from = boom, boom
file = wet.wav
start = auto
"""


def run_again(graphophone, home, host, lines, frames=2 * RATE):
    (home / "rig.ini").write_text(AGAIN.format(host=host, lines=lines, frames=frames))
    result = graphophone("run", "--quiet", "--json", "rig.ini")
    assert_whole(result, home / "keep.wav", counter(frames))
    wet = read(home / "wet.wav")[:, 0]
    lost = [n for at, frames in gaps_of(result, "wet") for n in range(at, at + frames)]
    return result, numpy.delete(wet, lost)


def steps(samples):
    """[1, 1, 0, 0, 2] -> [1, 0, 2]."""
    return [samples[0]] + [now for before, now in zip(samples, samples[1:]) if now != before]


@pytest.mark.parametrize("host", ["clock", "offline"])
def test_a_node_is_set_up_anew_while_takes_run_on(host, graphophone, home):
    result, wet = run_again(graphophone, home, host, "")
    assert result.returncode in (0, 1), result.stderr
    assert "note: [boom] was set up anew and adds 100 frames now, not 0" in result.stderr
    assert steps(wet) == [1, 0, 2]


def test_one_that_asks_for_ever_is_slowed_down(graphophone, home):
    result, wet = run_again(graphophone, home, "offline", "every = on\n", 20 * RATE)
    assert result.returncode == 0, result.stderr
    # Once a second of the rig's time.
    assert 15 <= wet.max() <= 21


@pytest.mark.parametrize("way, told", [
    ("wide", "'boom' cannot be set up anew: it wants outputs of other widths, which are fixed"),
    ("fail", "'boom' cannot be set up anew: once is enough")])
def test_one_that_cannot_be_set_up_anew_is_silent(way, told, graphophone, home):
    result, wet = run_again(graphophone, home, "offline", f"way = {way}\n")
    assert result.returncode == 3, result.stderr
    assert told in result.stderr
    assert "could not be set up anew; it is silent from here on" in result.stderr
    assert steps(wet) == [1, 0]
