"""Row H4, the other half: a device or server that comes back with another rate, where recorders say `rate-change = take`. What
came before is a take of the old rate, what comes after one of the new; the frames between are counted."""
import json
import os
import signal
import subprocess

import numpy as np
import pytest

from conftest import SOURCE
from support.faults import changed
from support.live import Live
from support.sound_files import read_floats

SERVER = SOURCE / "tests/jack-server"
# The block in which the script's frame lies is the last one. So much may wait that a busy machine loses nothing.
LAST = 4864
RIG = f"""[patch]
dialect = 1
host = clock
block = 256
length = 2s
clock.signal = counter
clock.periods = 2000
clock.script = {LAST - 64} vanish 100ms, {LAST - 64} return rate=44100
[in]
type = input
channels = 1-2
[take]
type = file-recorder
from = in
file = {{take}}.wav
start = auto
rate-change = take
"""


@pytest.fixture
def run(graphophone, home):
    """run(*changes, also="lines"): the rig while it runs."""
    rigs = []

    def start(*changes, also="", rig=RIG):
        (home / "rig.ini").write_text(changed(*changes, rig=rig) + also)
        rigs.append(Live(graphophone.path, "rig.ini"))
        return rigs[-1]
    yield start
    for one in rigs:
        one.kill()


def counts(path, first=None, rate=48000):
    """A file holds the counter in both channels, without a frame that is lost or doubled, and from `first` if it is given."""
    rows = np.rint(read_floats(path, rate) * 2**23).astype(int)
    first = rows[0, 0] if first is None else first
    assert np.array_equal(rows, (first + np.arange(len(rows))[:, None] + [0, 65536]) % 2**23)
    return len(rows)


def test_h4_another_rate_is_another_take(run, home):
    live = run()
    result = live.end()
    before, after = result["takes"]
    assert (before["rate"], before["frames"], before["first_frame"], before["complete"]) == (48000, LAST, 0, True)
    assert (after["rate"], after["gaps"], after["complete"]) == (44100, [], True)
    assert counts("001.wav", 0) == LAST and counts("002.wav", rate=44100) == after["frames"]
    # Time goes on in frames of the new rate: what was recorded, what is missing, and what came after are the two seconds.
    assert after["first_frame"] == round(LAST / 48000 * 44100) + result["lost_in"]
    assert after["first_frame"] + after["frames"] == 2 * 44100
    assert result["lost_in"] >= 0.09 * 44100 and result["exit_status"] == 1
    live.said("warning: timer has 44100 Hz now instead of 48000 Hz: new takes begin; what was to be heard meanwhile is missing")
    live.said("timer is back")
    assert sorted(path.name for path in home.glob("*.*")) == ["001.wav", "002.wav", "rig.ini"]


def test_h4_silence_in_its_place_is_of_the_take_before(run):
    """The clock has gone on with silence at the old rate until the device was back."""
    result = run(("length = 2s", "length = 2s\ntimeline = clock")).end()
    before, after = result["takes"]
    rows = np.rint(read_floats("001.wav") * 2**23).astype(int)
    assert before["frames"] == len(rows) >= LAST + 4000 and not rows[LAST:].any()
    assert np.array_equal(rows[:LAST, 0], np.arange(LAST)) and before["rate"] == 48000
    assert after["rate"] == 44100 and counts("002.wav", rate=44100) == after["frames"]


@pytest.mark.parametrize("changes, also, told", [
    ([("length = 2s", "rate = 48kHz")], "", "rig.ini:12:2: warning: [take] 'rate-change = take' has no effect: the rig demands "
                                            "48000 Hz ('rate' in [patch])"),
    ([("length = 2s\n", "")], "[other]\ntype = file-recorder\nfrom = in\nfile = other-{take}.wav\nstart = auto\n",
     "rig.ini:17:2: warning: [other] 'rate-change = take' of [take] has no effect without the same here"),
    ([("length = 2s\n", ""), ("= take\n", "= lose\n")], "", None),
])
def test_h4_who_does_not_allow_it_keeps_the_rig_lost(run, changes, also, told):
    live = run(*changes, also=also)
    live.said("timer is gone: it is back with 44100 Hz instead of 48000 Hz")
    result = live.stop(signal.SIGINT)
    assert {(take["rate"], take["frames"]) for take in result["takes"]} == {(48000, LAST)}
    assert result["exit_status"] == 4
    if told:
        live.said(told)


def test_h4_a_rig_that_cannot_have_the_rate_stays_lost_and_whole(run):
    """At 44.1 kHz a tone of 23 kHz cannot be: its take is what there was before, nothing else has happened."""
    live = run(("length = 2s\n", ""), ("[take]", "[beep]\ntype = tone\nfreq = 23kHz\n[take]"))
    live.said("rig.ini:")
    live.said("error: the rig cannot go on at 44100 Hz; it waits for 48000 Hz")
    live.said("timer is gone: it is back with 44100 Hz instead of 48000 Hz")
    result = live.stop(signal.SIGINT)
    take, = result["takes"]
    assert take["rate"] == 48000 and take["complete"] and counts("001.wav", 0) == take["frames"] == LAST
    assert result["exit_status"] == 4
    assert sum("cannot go on" in line for line in live.lines) == 1


def test_h4_what_did_not_record_does_not_record(run, home):
    """A recorder that waits for its trigger goes on waiting."""
    live = run(("start = auto\n", ""), also="[always]\ntype = file-recorder\nfrom = in\nfile = always-{take}.wav\n"
               "start = auto\nrate-change = take\n")
    result = live.end()
    assert [(take["node"], take["rate"]) for take in result["takes"]] == [("always", 48000), ("always", 44100)]


VOICE = """[patch]
dialect = 1
host = jack
[voice]
type = tone
shape = square
freq = 0.01Hz
gain = -6.0206dB
[level]
type = gain
from = voice
[take]
type = file-recorder
from = level
file = {{take}}.wav
rate-change = take
[control]
osc = 127.0.0.1:{port}
level.gain = osc /level
take.record = osc /record
"""
# The server is killed while the take runs, and comes back with another rate.
COMES_BACK = """
wait_for() { until "$@"; do kill -0 $rig || exit 9; sleep 0.02; done; }
holds() { [ -e $1 ] && [ $(stat -c %s $1) -gt 80000 ]; }
sh -c "exec $GPH_JACK_COMMAND" >/dev/null 2>&1 &
server=$!
until jack_lsp >/dev/null 2>&1; do kill -0 $server || exit 8; sleep 0.02; done
"$@" >result 2>told &
rig=$!
wait_for grep -q "load\\|on jack" told
oscsend 127.0.0.1 $PORT /level f -6.0206
oscsend 127.0.0.1 $PORT /record
wait_for holds 001.wav.part
kill -KILL $server
wait $server
wait_for grep -q "is gone" told
sh -c "exec $GPH_JACK_COMMAND -r 44100" >/dev/null 2>&1 &
server=$!
wait_for holds 002.wav.part
kill -INT $rig
wait $rig
status=$?
kill -KILL $server
exit $status
"""


def test_h4_a_server_that_comes_back_with_another_rate(graphophone, home, free_port):
    """What recorded records, and what was set is set."""
    (home / "rig.ini").write_text(VOICE.format(port=free_port))
    ran = subprocess.run([SERVER, "-n", "sh", "-c", COMES_BACK, "sh", graphophone.path, "run", "rig.ini", "--json"],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                         env={**os.environ, "GPH_SKIP_STATUS": "77", "PORT": str(free_port)})
    if ran.returncode == 77:
        pytest.skip("no jackd, or no right to make namespaces")
    told = (home / "told").read_text()
    assert ran.returncode == 1, ran.stderr + told
    assert "jack has 44100 Hz now instead of 48000 Hz: new takes begin" in told
    before, after = json.loads((home / "result").read_text())["takes"]
    assert (before["rate"], after["rate"]) == (48000, 44100)
    assert before["complete"] and after["complete"]
    level = np.abs(read_floats(home / "002.wav", 44100)[8:])  # the wave begins with its edge
    # Of a busy server a frame may be lost, and is silence.
    assert np.allclose(level[level > 0], 0.25, atol=1e-4) and np.count_nonzero(level == 0) <= after["lost"]
    assert "'record'" not in told
