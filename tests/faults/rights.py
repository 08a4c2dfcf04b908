"""Row H9 of the fault matrix: the machine gives less than a rig needs. And what a take is told of in time."""
import re

import pytest

from support.faults import SANITIZED

locked_memory = pytest.mark.skipif(SANITIZED, reason="under AddressSanitizer mlock does nothing, and says that all is well")

RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 256
length = 200ms
clock.signal = counter
{patch}
[mic]
type = input
channels = 1-2
[keep]
type = file-recorder
from = mic
file = keep.wav
start = auto
[tape]
type = table
channels = 2
length = 60s
[loop]
type = table-recorder
table = tape
from = mic
"""


def rights(result):
    """(scheduling, MB locked, MB in all) of the line that says what was obtained."""
    found = re.search(r"((?:real-time|scheduling) [^,]*), memory (\d+) of (\d+) MB locked, watchdog on", result.stderr)
    assert found, result.stderr
    return found.group(1), int(found.group(2)), int(found.group(3))


def test_h9_without_rights_it_runs_and_says_so(unprivileged):
    folder, run = unprivileged
    (folder / "rig.ini").write_text(RIG.format(patch=""))
    result = run("run", "--quiet", "rig.ini")
    assert result.returncode in (0, 1), result.stderr
    scheduling, _, total = rights(result)
    assert scheduling == "scheduling normal"
    assert total > 23
    assert (folder / "keep.wav").exists()


@locked_memory
def test_h9_memory_is_locked_as_far_as_it_goes(unprivileged):
    """The limit of 8 MiB but for the stack, and not the table, which is greater."""
    folder, run = unprivileged
    (folder / "rig.ini").write_text(RIG.format(patch=""))
    assert 6 <= rights(run("run", "--quiet", "rig.ini"))[1] <= 8


@pytest.mark.parametrize("given", [[], pytest.param(["sys_nice"], marks=locked_memory), ["ipc_lock"]],
                         ids=["neither", "memory", "time"])
def test_h9_what_is_required_is_required_before_anything_begins(given, unprivileged):
    folder, run = unprivileged
    (folder / "rig.ini").write_text(RIG.format(patch="realtime = required"))
    result = run("run", "--quiet", "rig.ini", rights=given)
    assert result.returncode == 6, result.stderr
    assert "'realtime = required', but the machine gives: " in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["rig.ini"]


@locked_memory
def test_h9_with_both_it_runs(unprivileged):
    folder, run = unprivileged
    (folder / "rig.ini").write_text(RIG.format(patch="realtime = required"))
    result = run("run", "--quiet", "rig.ini", rights=["sys_nice", "ipc_lock"])
    if "scheduling normal" in result.stderr:
        pytest.skip("this machine gives nobody a real-time thread")
    assert result.returncode in (0, 1), result.stderr
    scheduling, locked, total = rights(result)
    assert scheduling == "real-time FIFO 70"
    # All that was there; stacks of threads that the host starts are mapped later.
    assert 0.9 * total <= locked <= total


# ---------------------------------------------------------------- a silent channel

QUIET = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = {seconds}s
offline.signal = counter
[mic]
type = input
channels = 1-2
[off]
type = gain
from = mic
gain = {gain}
[keep]
type = file-recorder
from = mic[1], off, mic[2]
file = keep.wav
start = auto
"""


@pytest.mark.parametrize("seconds, gain, told", [(12, "off", True), (9, "off", False), (12, "0dB", False)])
def test_a_silent_channel_is_told_once(seconds, gain, told, graphophone, home):
    (home / "rig.ini").write_text(QUIET.format(seconds=seconds, gain=gain))
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    line = "rig.ini:14:2: warning: [keep] channels 2, 3 have been silent since the take began, for 10 s"
    assert result.stderr.count(line) == told
    assert result.stderr.count("silent") == told
