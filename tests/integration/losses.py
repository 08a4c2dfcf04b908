"""What is lost while a rig runs in real time is in its take as silence of that length, and in its summary."""
import signal
import subprocess

import numpy as np
import pytest

from support.live import Live, samples

RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 256
clock.signal = counter
{options}
[mics]
type = input
channels = 1-2
[keep]
type = file-recorder
from = mics
file = take.wav
start = auto
"""


@pytest.fixture
def live(graphophone, home):
    rigs = []

    def start(options=""):
        (home / "rig.ini").write_text(RIG.format(options=options))
        rigs.append(Live(graphophone.path, "rig.ini"))
        rigs[-1].said("keep: recording")
        return rigs[-1]

    yield start
    for one in rigs:
        one.kill()


def check(result):
    """Each frame of the clock stands at its place, or is silence that is listed. The gaps."""
    take, = result["takes"]
    rows = samples(take["path"])
    expected = np.arange(len(rows))[:, None] + np.array([0, 65536])
    for gap in take["gaps"]:
        expected[gap["at"]:gap["at"] + gap["frames"]] = 0
    assert np.array_equal(rows, expected)
    assert sum(gap["frames"] for gap in take["gaps"]) == take["lost"] == result["lost_in"]
    assert result["exit_status"] == (1 if take["gaps"] else 0)
    return {gap["at"]: gap["frames"] for gap in take["gaps"]}


def test_lateness_is_no_loss(live, home):
    """A wake-up that is 200 ms late, as on a busy machine: the clock has buffered it. A device that says that it lost 480
    frames has lost them."""
    rig = live('clock.script = "9600 late 200ms; 28800 lose 480"')
    rig.grows(home / "take.wav", 8 * 48000)
    result = rig.stop()
    assert check(result)[28800 // 256 * 256 + 256] == 480


def test_what_is_beyond_the_buffer_is_lost(live, home):
    rig = live('clock.periods = 2\nclock.script = "9600 late 400ms"')
    rig.grows(home / "take.wav", 8 * 48000)
    gaps = check(rig.stop())
    # At the least what did not fit; the wake-up may have been later still.
    assert max(gaps.values()) >= 19200 - 256


def test_a_program_that_stood_still_lists_its_gap(live, home):
    rig = live()
    rig.grows(home / "take.wav", 8 * 9600)
    rig.process.send_signal(signal.SIGSTOP)
    subprocess.run(["sleep", "0.6"], check=True)
    rig.process.send_signal(signal.SIGCONT)
    rig.said("lost")
    rig.grows(home / "take.wav", 8 * 9600)
    gaps = check(rig.stop())
    assert max(gaps.values()) >= int(0.6 * 48000) - 48 * 256
