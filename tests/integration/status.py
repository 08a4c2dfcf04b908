"""graphophone status: what runs, what has crashed, as text and as JSON; read while it is written."""
import json
import re
import signal
import subprocess
import time

import numpy as np
import pytest

from support.sound_files import read_floats

RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
name = NAME
clock.signal = counter
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = {take}.wav
start = auto
"""


@pytest.fixture
def rig(graphophone, home, request):
    """Starts rigs by name, and ends what is left of them."""
    started = []

    def start(name, text=RIG):
        (home / f"{name}.ini").write_text(text.replace("NAME", name))
        started.append(subprocess.Popen([graphophone.path, "run", f"{name}.ini"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def page(graphophone, name, wanted=lambda page: True):
    """The page of a rig once it is as wanted; by the clock only so that a defect does not hang."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        result = graphophone("status", name, "--json")
        pages = json.loads(result.stdout) if result.stdout else []
        if pages and wanted(pages[0]):
            return pages[0], result
        time.sleep(0.02)
    raise AssertionError(f"no such page: {pages}")


def name_of(home):
    """A name that no other test's rig has."""
    return "status-" + "".join(c for c in home.parent.name if c.isalnum())[-30:]


def test_a_running_rig_is_shown(graphophone, home, rig):
    name = name_of(home)
    process = rig(name)
    seen, _ = page(graphophone, name, lambda p: p["rig"]["recorders"][0]["frames"] > 0)
    assert seen["alive"] and seen["process"] == process.pid
    figures = seen["rig"]
    assert (figures["host"], figures["rate"], figures["state"]) == ("clock", 48000, "running")
    recorder = figures["recorders"][0]
    assert (recorder["node"], recorder["state"], recorder["channels"]) == ("take", "recording", 2)
    assert 0 <= recorder["ring"] <= recorder["ring_peak"] <= 1 and recorder["seconds_left"] != 0
    assert len(recorder["peaks"]) == 2
    assert recorder["parts"] == 1 and recorder["failovers"] == 0 and figures["writer_deaths"] == 0
    assert {node["name"] for node in figures["nodes"]} == {"in", "take"}
    later, _ = page(graphophone, name, lambda p: p["rig"]["frame"] > figures["frame"])
    assert later["rig"]["recorders"][0]["frames"] >= recorder["frames"]
    synced, _ = page(graphophone, name, lambda p: p["rig"]["recorders"][0]["synced"] > 0)
    recorder = synced["rig"]["recorders"][0]
    assert recorder["synced"] <= recorder["frames"]
    assert recorder["longest_write_ms"] > 0 and recorder["longest_barrier_ms"] > 0
    text = graphophone("status", name)
    assert text.returncode == 0 and name in text.stdout and "recording" in text.stdout
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    gone = graphophone("status", name)
    assert gone.returncode == 1 and name in gone.stderr


LEVELS = """[patch]
dialect = 1
name = NAME
host = clock
rate = 48kHz
[flat]
type = tone
shape = square
freq = 0.01Hz
gain = -6.0206dB
[sine]
type = tone
freq = 1kHz
gain = -12.0412dB
[none]
type = input
channels = 1
[take]
type = file-recorder
from = flat, sine, none
file = {take}.wav
start = auto
"""


def test_levels_are_peak_and_root_of_the_mean_square(graphophone, home, rig):
    """Live within a block of the window, of a finished file to the last sample."""
    wanted = [0.5, 0.25 / 2**0.5, 0]
    name = name_of(home)
    process = rig(name, LEVELS)
    seen, _ = page(graphophone, name, lambda p: p["rig"]["recorders"][0]["frames"] > 96000)
    recorder = seen["rig"]["recorders"][0]
    assert recorder["peaks"] == pytest.approx([0.5, 0.25, 0], abs=1e-4)
    assert recorder["rms"] == pytest.approx(wanted, rel=0.03)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) in (0, 1)
    # The same offline, where the summary is ours to read.
    (home / "still.ini").write_text(LEVELS.replace("NAME", "still").replace("= clock", "= offline\nlength = 1s"))
    result = graphophone("render", "still.ini", "--json")
    take, = json.loads(result.stdout)["takes"]
    sound = read_floats(take["path"]).astype("f8")
    assert take["rms"] == pytest.approx(np.sqrt((sound**2).mean(axis=0)), rel=1e-6)
    assert take["rms"] == pytest.approx(wanted, abs=1e-3)
    assert re.search(r"peak -6\.0 dB, RMS -6\.0 dB, ", graphophone("render", "still.ini").stdout)


def test_a_crashed_rig_is_shown_until_it_runs_again(graphophone, home, rig):
    name = name_of(home)
    process = rig(name)
    page(graphophone, name)
    process.kill()
    process.wait(timeout=60)
    seen, result = page(graphophone, name, lambda p: not p["alive"])
    assert result.returncode == 1 and seen["process"] == process.pid
    assert "CRASHED" in graphophone("status", name).stdout
    again = rig(name)
    seen, _ = page(graphophone, name, lambda p: p["alive"])
    assert seen["process"] == again.pid


def test_a_second_rig_of_the_name_runs_without_a_page(graphophone, home, rig):
    name = name_of(home)
    first = rig(name)
    page(graphophone, name)
    second = rig(name)
    assert any("Another rig of this name runs" in line for line in second.stderr)
    seen, _ = page(graphophone, name)
    assert seen["process"] == first.pid


def test_what_is_no_page_is_passed_over(graphophone, home):
    name = name_of(home)
    import os
    path = f"/dev/shm/graphophone-{os.getuid()}-{name}"
    for content in (b"", b"GPHSTATE", b"GPHSTATE" + bytes(4096), b"\xff" * (512 << 10)):
        with open(path, "wb") as file:
            file.write(content)
        try:
            result = graphophone("status", name)
            assert result.returncode == 1 and "no rig called" in result.stderr
        finally:
            os.unlink(path)
